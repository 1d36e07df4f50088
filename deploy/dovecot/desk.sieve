# Where the desk shares a mailbox with people: mail to it is kept in a folder of its own, which triaged reads by IMAP.
# In triaged.toml: [[imap]] folder = "Desk", done_folder = "Desk/Done", recipient_header = "Delivered-To".
require ["fileinto", "mailbox", "envelope", "subaddress"];

if envelope :user "to" "help" {
    fileinto :create "Desk";
    stop;
}
