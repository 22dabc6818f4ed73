#!/bin/sh
# baresip and linphone say "486 Busy" when they have rung and nobody has answered; only twinkle says 480.
#
# Version:   baresip-core 1.0.0-4+b3, linphone-cli 5.1.65-4, twinkle-console 1:1.10.2+dfsg-2, Debian 12
# Guess:     a phone that gives up ringing by itself says 480 Temporarily Unavailable, and 486 only at once, in a call
# Behaviour: 486 after 180 from baresip and linphone, 480 from twinkle; the same 486 is what baresip and twinkle say for a
#            person who declines
# So:        whether a person was busy, declined, or was not there cannot be told by the status: what tells is whether
#            180 came before
set -eu
[ "${inside-}" ] ||
  exec "$(dirname "$0")/overlay" "$0" baresip-core=1.0.0-4+b3 linphone-cli=5.1.65-4 twinkle-console=1:1.10.2+dfsg-2

folder=$(mktemp -d)
cd "$folder"
export HOME="$folder" PATH="$PATH:/usr/sbin:/sbin"
# Without a route linphone holds that it has no network.
ip addr add 192.0.2.1/32 dev lo
ip route add default dev lo src 192.0.2.1

mkdir baresip .twinkle
cat > baresip/config <<END
poll_method epoll
sip_listen 127.0.0.1:5070
net_interface 127.0.0.1
call_local_timeout 2
module_path $(dpkg -L baresip-core | grep '/baresip/modules$')
module stdio.so
module g711.so
module_app account.so
module_app contact.so
module_app menu.so
END
echo '<sip:1@127.0.0.1;transport=udp>;regint=0' > baresip/accounts
: > baresip/contacts
sleep 90 | baresip -f "$folder/baresip" > baresip.log 2>&1 &

cat > rc <<END
[sip]
sip_port=5090
sip_tcp_port=-1
sip_tls_port=-1
bind_address=127.0.0.1
guess_hostname=0
inc_timeout=2
[video]
enabled=0
capture=0
display=0
[storage]
uri=$folder/linphone.db
END
sleep 90 | linphone-daemon --config rc --disable-stats-events --log linphone.log > linphone.told 2>&1 &

cat > .twinkle/twinkle.sys <<END
dev_ringtone=alsa:null
dev_speaker=alsa:null
dev_mic=alsa:null
validate_audio_dev=no
play_ringtone=no
sip_port=5110
END
cat > .twinkle/twinkle.cfg <<END
user_name=1
user_domain=127.0.0.1
register_at_startup=no
timer_noanswer=2
END
sleep 90 | twinkle-console > twinkle.log 2>&1 &

cat > call.py <<'END'
import socket, time

def call(port, number):
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    line.settimeout(1)
    me = f"127.0.0.1:{line.getsockname()[1]}"
    sdp = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {20000 + number * 2} RTP/AVP 0\r\n"
    def request(method, to):
        body = sdp if method == "INVITE" else ""
        return "\r\n".join([
            f"{method} sip:1@127.0.0.1:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {me};branch=z9hG4bK{number};rport",
            "Max-Forwards: 70",
            f"From: <sip:lab@127.0.0.1>;tag=a{number}",
            to,
            f"Call-ID: {number}@127.0.0.1",
            f"CSeq: 1 {method}",
            f"Contact: <sip:lab@{me}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
            "", body]).encode()
    heard, until = [], time.time() + 40
    while time.time() < until:
        if not heard:
            line.sendto(request("INVITE", "To: <sip:1@127.0.0.1>"), ("127.0.0.1", port))
        try:
            lines = line.recv(65536).decode().split("\r\n")
        except (TimeoutError, ConnectionError):
            time.sleep(0.2)
            continue
        status = lines[0].split()[1]
        if status != "100" and status not in heard:
            heard.append(status)
        if int(status) >= 200:
            line.sendto(request("ACK", next(line for line in lines if line.startswith("To:"))), ("127.0.0.1", port))
            break
    return " then ".join(heard) or "nothing"

# linphone looks for its network in its first seconds, and loses what it is sent meanwhile.
time.sleep(8)
for number, (name, port) in enumerate([("baresip", 5070), ("linphone", 5090), ("twinkle", 5110)], 1):
    print(f"{name}: {call(port, number)}")
END
/usr/bin/python3 call.py > seen

cat > expected <<'END'
baresip: 180 then 486
linphone: 180 then 486
twinkle: 180 then 480
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen
  tail -n 20 baresip.log linphone.told twinkle.log
  exit 1
}
echo 'as found: phones that nobody answers say'
cat seen
