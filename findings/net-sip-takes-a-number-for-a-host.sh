#!/bin/sh
# Perl's Net::SIP reads the number of +49;phone-context=a.test@gw.test as the host to send to.
#
# Version:   libnet-sip-perl 0.835-1, Debian 12
# Guess:     the user goes to the last "@" and may hold ";" and "=" (RFC 3261 19.1.1, user-unreserved); %41 is A (19.1.4)
# Behaviour: all from the first ";" is taken for parameters, so the domain is the number and there is no user; the escaped
#            spelling is read rightly, but is another URI to it. IPv6 and a capital scheme are read rightly
# So:        give it such a number escaped, and compare what it compares once more
set -eu
[ "${inside-}" ] || exec "$(dirname "$0")/overlay" "$0" libnet-sip-perl=0.835-1

folder=$(mktemp -d)
cd "$folder"

cat > probe.pl <<'END'
use strict;
use warnings;
use Net::SIP::Util qw(sip_uri2parts sip_uri_eq);
for my $uri ('sip:1010@gw.test', 'SIP:1010@[2001:db8::1]:5060', 'sip:+49;phone-context=a.test@gw.test', 'sip:+49%3Bphone-context%3Da.test@gw.test') {
  my ($domain, $user) = sip_uri2parts($uri);
  print "$uri: domain $domain, user ", $user // 'none', "\n";
}
print 'sip:%41@gw.test and sip:A@gw.test: ', (sip_uri_eq('sip:%41@gw.test', 'sip:A@gw.test') ? 'equal' : 'different'), "\n";
END
perl probe.pl > seen

cat > expected <<'END'
sip:1010@gw.test: domain gw.test, user 1010
SIP:1010@[2001:db8::1]:5060: domain [2001:db8::1]:5060, user 1010
sip:+49;phone-context=a.test@gw.test: domain +49, user none
sip:+49%3Bphone-context%3Da.test@gw.test: domain gw.test, user +49%3Bphone-context%3Da.test
sip:%41@gw.test and sip:A@gw.test: different
END
cmp -s expected seen || {
  echo 'changed: expected'
  cat expected
  echo 'and saw:'
  cat seen
  exit 1
}
echo 'as found: four URIs and a comparison, to Net::SIP 0.835:'
cat seen
