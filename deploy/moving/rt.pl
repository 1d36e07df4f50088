#!/usr/bin/perl
# Copy the tickets of a Request Tracker into an mbox that `triaged import` reads; nothing in RT changes.
#
#   perl -I/opt/rt5/lib rt.pl 'Queue = "support"' >old-tickets.mbox
#   triaged import --dialect mboxrd old-tickets.mbox --ours acme.example
#
# Run it on RT's own machine, as the user RT runs as: it asks RT's library (RT::Transaction, ContentAsMIME). Requests,
# correspondence and comments come out; each message names the first of its ticket in References, so that a ticket stays
# one, and the first one's subject begins with the old number: `triaged list --all --subject 'RT#123'` finds it.
use strict;
use warnings;
use RT -init;

my $tickets = RT::Tickets->new( RT->SystemUser );
$tickets->FromSQL( $ARGV[0] // 'id > 0' );
binmode STDOUT;
while ( my $ticket = $tickets->Next ) {
    my $transactions = $ticket->Transactions;
    my $first;
    while ( my $transaction = $transactions->Next ) {
        next unless $transaction->Type =~ /^(?:Create|Correspond|Comment)$/;
        my $wrapped = $transaction->ContentAsMIME or next;
        my $mail    = $wrapped->bodyhandle->as_string;
        my $number  = $ticket->id;
        my ($id)    = $mail =~ /^Message-ID:[ \t]*(<[^<>\s]+>)/mi;
        if ( !$id ) {
            $id   = "<transaction." . $transaction->id . "\@rt.invalid>";
            $mail = "Message-ID: $id\n$mail";
        }
        if ( defined $first ) {
            $mail =~ s/^(References:[ \t]*)/$1$first /mi or $mail = "References: $first\n$mail";
        }
        else {
            $mail =~ s/^(Subject:[ \t]*)/$1\[RT#$number] /mi or $mail = "Subject: [RT#$number]\n$mail";
            $first = $id;
        }
        $mail =~ s/^(>*From )/>$1/mg;
        print "From rt\@localhost ", scalar gmtime( $transaction->CreatedObj->Unix ), "\n", $mail, "\n\n";
    }
}
