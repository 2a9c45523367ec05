# Runs smsc.pl of Debian's libnet-smpp-perl as it is shipped, on a free port, and adds what it lacks.
#
# smsc.pl takes every password, answers each message with the number 123456789, never originates a receipt nor a message
# of a client, and dies of the answer to one. So receipts are added here, by its own library: what one process of it reads from a sender's line
# goes through a pipe to the process that serves the receiver's line. Prints JSON as smsc.cjs does.
use strict;
use warnings;
use IO::Handle;
use Net::SMPP;

# It tells of each step, to people.
$SIG{__WARN__} = sub { };
open(my $out, '>&', \*STDOUT) or die "no output: $!";
open(STDOUT, '>', '/dev/null') or die "no output: $!";
$out->autoflush(1);
pipe(my $submitted, my $submit) or die "no pipe: $!";
$submit->autoflush(1);
no warnings 'redefine';

my $listens = \&Net::SMPP::new_listen;
*Net::SMPP::new_listen = sub {
    my $server = $listens->(@_, port => 0);
    print $out '{"port": ' . $server->sockport . "}\n";
    return $server;
};

my $reads = \&Net::SMPP::read_pdu;
*Net::SMPP::read_pdu = sub {
    my $pdu = $reads->(@_);
    # It would die of the answer to something that it originated.
    $pdu = $reads->(@_) while $pdu && $pdu->{cmd} == Net::SMPP::CMD_deliver_sm_resp;
    if ($pdu && $pdu->{cmd} == Net::SMPP::CMD_submit_sm) {
        my $hex = unpack('H*', $pdu->{short_message});
        print $out qq({"to": "$pdu->{destination_addr}", "from": "$pdu->{source_addr}", )
            . qq("ton": $pdu->{source_addr_ton}, "coding": $pdu->{data_coding}, "hex": "$hex"}\n);
        syswrite($submit, "$pdu->{destination_addr} $pdu->{source_addr}\n");
    }
    return $pdu;
};

my $binds = \&Net::SMPP::bind_receiver_resp;
*Net::SMPP::bind_receiver_resp = sub {
    my @answer = $binds->(@_);
    print $out qq({"bound": "receiver"}\n);
    tell_receipts($_[0]) unless fork;
    return @answer;
};

sub tell_receipts {
    my ($line) = @_;
    close $submit;    # or the pipe would never end
    while (<$submitted>) {
        my ($number, $sender) = split;
        my $state = $number =~ /06$/ ? 'UNDELIV' : 'DELIVRD';
        $line->deliver_sm(
            async => 1, esm_class => 4, source_addr => $number, destination_addr => $sender,
            short_message => "id:123456789 sub:001 dlvrd:001 submit date:2611231840 done date:2611231841 stat:$state err:000 text:",
        );
    }
    exit;
}

@ARGV = (3);
my ($first, $shipped) = ($$, '/usr/share/doc/libnet-smpp-perl/examples/smsc.pl');
do $shipped;
die "$shipped: " . ($@ || $!) if $$ == $first;    # a process of a line dies when that is closed
