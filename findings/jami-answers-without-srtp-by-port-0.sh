#!/bin/sh
# jamid answers a call that offers plain RTP with 200 and "m=audio 0", and takes itself to be in a call; SRTP.enable=false
# does not change that.
#
# Version:   jami-daemon 20230206.0~ds2-1.1+deb12u1, Debian 12 (a SIP account as getAccountTemplate gives it)
# Guess:     who insists on SRTP says 488 to an offer without, before anything rings; SRTP.enable=false makes it take RTP
# Behaviour: it answers 200 with every stream at port 0, with SRTP.enable=false too; an empty SRTP.keyExchange, which the
#            template does not tell of, makes it take RTP
# So:        a 200 is not yet a call: look at the ports of its answer, and tell its person which key to change
set -eu
[ "${inside-}" ] ||
  exec "$(dirname "$0")/overlay" "$0" jami-daemon=20230206.0~ds2-1.1+deb12u1 dbus-daemon=1.14.10-1~deb12u1 systemd=252.38-1~deb12u1

folder=$(mktemp -d)
cd "$folder"
# No sound card is needed: what it plays goes nowhere.
printf 'pcm.!default null\nctl.!default null\n' > .asoundrc
export HOME="$folder" XDG_RUNTIME_DIR="$folder" DBUS_SESSION_BUS_ADDRESS="unix:path=$folder/bus"
cat > bus.conf <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=$folder/bus</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
END
dbus-daemon --config-file=bus.conf --nofork > log 2>&1 &
until [ -S bus ]; do sleep 0.1; done
/usr/libexec/jamid -c >> log 2>&1 &

cat > call.py <<'END'
import json, os, socket, subprocess, time

folder = os.environ["HOME"]

def ask(method, *args):
    asked = subprocess.run(["busctl", f"--address=unix:path={folder}/bus", "--json=short", "--", "call", "cx.ring.Ring",
        "/cx/ring/Ring/ConfigurationManager", "cx.ring.Ring.ConfigurationManager", method, *args],
        capture_output=True, text=True, timeout=30)
    if asked.returncode != 0:
        raise OSError(asked.stderr)
    return json.loads(asked.stdout)["data"][0] if asked.stdout.strip() else None

for _ in range(100):
    try:
        template = ask("getAccountTemplate", "s", "SIP")
        break
    except OSError:
        time.sleep(0.1)

def call(port, number):
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    line.settimeout(1)
    me = f"127.0.0.1:{line.getsockname()[1]}"
    body = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {20000 + number * 2} RTP/AVP 0\r\n"
    invite = "\r\n".join([
        f"INVITE sip:1@127.0.0.1:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {me};branch=z9hG4bK{number};rport",
        "Max-Forwards: 70",
        f"From: <sip:lab@127.0.0.1>;tag=a{number}",
        "To: <sip:1@127.0.0.1>",
        f"Call-ID: {number}@127.0.0.1",
        "CSeq: 1 INVITE",
        f"Contact: <sip:lab@{me}>",
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
        "", body]).encode()
    until, rang = time.time() + 20, False
    while time.time() < until:
        if not rang:
            line.sendto(invite, ("127.0.0.1", port))
        try:
            told = line.recv(65536).decode()
        except (TimeoutError, ConnectionError):
            continue
        status = told.split()[1]
        rang = rang or status != "100"
        if int(status) >= 200:
            media = next((part for part in told.split("\r\n") if part.startswith("m=audio")), "no m=audio").split()
            return f"{status}, {'port 0' if media[1] == '0' else 'a port'}"
    return "nothing"

# It answers by itself: nobody has to.
own = {"Account.type": "SIP", "Account.alias": "1", "Account.username": "1", "Account.hostname": "", "Account.enable": "true",
    "Account.localInterface": "lo", "Account.upnpEnabled": "false", "Account.videoEnabled": "false", "Account.autoAnswer": "true"}
print(f"told of in the template: {sorted(key for key in template if key.startswith('SRTP'))}")
for number, (name, srtp) in enumerate([
    ("as it comes", {}), ("SRTP.enable=false", {"SRTP.enable": "false"}), ("SRTP.keyExchange empty", {"SRTP.keyExchange": ""})], 1):
    details = {**template, **own, **srtp, "Account.localPort": str(5100 + number)}
    ask("addAccount", "a{ss}", str(len(details)), *[word for pair in details.items() for word in pair])
    print(f"{name}: {call(5100 + number, number)}")
END
/usr/bin/python3 call.py > seen 2>> log || true

cat > expected <<'END'
told of in the template: []
as it comes: 200, port 0
SRTP.enable=false: 200, port 0
SRTP.keyExchange empty: 200, a port
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen
  tail -n 30 log
  exit 1
}
echo 'as found: to an offer of plain RTP jamid answers'
cat seen
