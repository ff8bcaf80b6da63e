/* What the pages say, one message each, whole sentences with places for what is filled in: {0}, {1}, ...
 *
 * A translation is another table of the same shape; nothing is put together from pieces of sentences. */
#ifndef NODE_WORDS_H
#define NODE_WORDS_H

/* clang-format off */
#define WORDS_MAP(X) \
    X(BRAND,            "comity") \
    X(TITLE,            "{0} · {1}") \
    X(SKIP,             "Skip to the content") \
    X(NAV,              "Pages") \
    X(NAV_DIRECTORY,    "Directory") \
    X(NAV_NETWORK,      "State of the network") \
    X(VIEW_MEMBERS,     "Members’ view") \
    X(VIEW_PUBLIC,      "Public view") \
    X(VIEW_MEMBERS_SAY, "What you see here is for member States only. Do not pass it on.") \
    X(LIVE_ON,          "Live") \
    X(LIVE_OFF,         "No connection to the node: what you see may be out of date") \
    X(FOOT,             "Signed by each State, carried by all. Read at the node of {0}.") \
    X(DIRECTORY,        "Points of contact") \
    X(DIRECTORY_SAY,    "Whom to reach in each State when an incident in information and communications technology cannot wait.") \
    X(SEARCH,           "Search the directory") \
    X(SEARCH_HINT,      "Name, organisation, e-mail, State") \
    X(SEARCH_DO,        "Search") \
    X(SEARCH_CLEAR,     "Show all States") \
    X(FILTER_STATE,     "State") \
    X(FILTER_KIND,      "Kind") \
    X(FILTER_LANGUAGE,  "Language") \
    X(FILTER_ANY_STATE, "All States") \
    X(FILTER_ANY_KIND,  "All kinds") \
    X(FILTER_ANY_LANGUAGE, "Any language") \
    X(STATES,           "States") \
    X(STATES_ONE,       "{0} State, {1} contacts") \
    X(STATES_MANY,      "{0} States, {1} contacts") \
    X(STATES_NONE,      "No State is trusted on this node yet. Import an invitation with “comity trust add”.") \
    X(COLUMN_STATE,     "State") \
    X(COLUMN_AUTHORITY, "Authority") \
    X(COLUMN_CONTACTS,  "Contacts") \
    X(COLUMN_FRESH,     "Last sign of life") \
    X(COLUMN_SIZE,      "Entries") \
    X(COLUMN_ROOT,      "Root of the log") \
    X(COLUMN_EPOCH,     "Epoch") \
    X(COLUMN_MOVED,     "Last change seen") \
    X(COLUMN_NODE,      "Node") \
    X(COLUMN_NAME,      "Name") \
    X(COLUMN_ADDRESS,   "Address") \
    X(COLUMN_LINK,      "Link") \
    X(COLUMN_REPORTED,  "Reported") \
    X(COLUMN_ENDPOINTS, "Endpoints") \
    X(COLUMN_ENTRY,     "Entry") \
    X(COLUMN_WHEN,      "Published") \
    X(COLUMN_WHAT,      "What it says") \
    X(FRESH_GREEN,      "Fresh: {0}") \
    X(FRESH_AMBER,      "Silent for over 36 hours: {0}") \
    X(FRESH_RED,        "Silent for over a week: {0}") \
    X(FRESH_NONE,       "Not cosigned yet") \
    X(HOLD,             "On hold at this node") \
    X(RESULTS_ONE,      "{0} contact found") \
    X(RESULTS_MANY,     "{0} contacts found") \
    X(RESULTS_NONE,     "Nothing found. Fewer or shorter words find more.") \
    X(RESULTS_MORE,     "Show the next ones") \
    X(STATE_CONTACTS,   "Contacts") \
    X(STATE_EMPTY,      "This State has no contact in force.") \
    X(STATE_MORE,       "Show all contacts of this State") \
    X(STATE_LOG,        "The log of this State") \
    X(STATE_NODES,      "Nodes") \
    X(STATE_OBSERVERS,  "Accredited observers") \
    X(LOG_ORIGIN,       "Origin") \
    X(LOG_ENTRIES,      "Entries") \
    X(LOG_ROOT,         "Root") \
    X(LOG_EPOCH,        "Epoch") \
    X(LOG_CHECKPOINT,   "Signed checkpoint") \
    X(CONTACT_UNNAMED,  "Contact {0}") \
    X(CONTACT_OF,       "{0} · {1}") \
    X(CONTACT_REACH,    "How to reach them") \
    X(CONTACT_ABOUT,    "About this contact") \
    X(CONTACT_NO_CHANNEL, "No channel is given.") \
    X(CONTACT_WITHHELD, "Withheld: this contact has details that only member States may see.") \
    X(CONTACT_GONE,     "Gone: details of this contact have been erased, or have not reached this node.") \
    X(CONTACT_SUSPENDED, "Suspended: this contact is out of service for now.") \
    X(CONTACT_WITHDRAWN, "Withdrawn: this contact is no longer in force.") \
    X(CONTACT_ANNOUNCED, "Announced: this contact takes effect on {0}.") \
    X(CONTACT_EXPIRED,  "Expired: this contact was valid until {0}.") \
    X(CONTACT_OVERDUE,  "Review overdue: the State meant to confirm this contact by {0}.") \
    X(CONTACT_SUCCESSOR, "A successor is announced for {0}.") \
    X(CONTACT_SUCCESSOR_IS, "Announced successor") \
    X(CONTACT_HISTORY,  "History") \
    X(CONTACT_PROOF,    "Proof") \
    X(CONTACT_PROOF_SAY, "Entry {0} of the log of this State, below the signed root shown there.") \
    X(CONTACT_BACK,     "All contacts of {0}") \
    X(HISTORY_WITHDRAWN, "Withdrawn") \
    X(MARK_PUBLIC,      "public") \
    X(MARK_MEMBERS,     "members") \
    X(PRIMARY,          "primary") \
    X(ENCRYPTED,        "encrypted") \
    X(FIELD_EMAIL,      "E-mail") \
    X(FIELD_EMAIL_FOR,  "E-mail, {0}") \
    X(FIELD_PHONE,      "Telephone") \
    X(FIELD_PHONE_FOR,  "Telephone, {0}") \
    X(FIELD_EXTENSION,  "extension {0}") \
    X(FIELD_CHANNEL,    "{0}") \
    X(FIELD_NAME,       "Name") \
    X(FIELD_LATIN,      "Name in Latin letters") \
    X(FIELD_HONORIFIC,  "Form of address") \
    X(FIELD_TITLE,      "Function") \
    X(FIELD_ORGANISATION, "Organisation") \
    X(FIELD_UNIT,       "Unit") \
    X(FIELD_LANGUAGES,  "Languages") \
    X(FIELD_TIMEZONE,   "Time zone") \
    X(FIELD_LOCAL_TIME, "now {0} there") \
    X(FIELD_HOURS,      "Hours") \
    X(FIELD_ALWAYS,     "Day and night, every day") \
    X(FIELD_HOLIDAYS,   "Closed on {0}") \
    X(FIELD_ADDRESS,    "Address") \
    X(FIELD_COUNTRY,    "Country") \
    X(FIELD_CONSTITUENCY, "Responsible for") \
    X(FIELD_KEY,        "Key, {0}") \
    X(FIELD_KEY_UNTIL,  "until {0}") \
    X(FIELD_BACKUP,     "Stands in") \
    X(FIELD_HOLDER,     "Held by") \
    X(FIELD_NOMINATION, "Nomination") \
    X(FIELD_VALID,      "Valid") \
    X(FIELD_VALID_FROM, "from {0}") \
    X(FIELD_VALID_RANGE, "from {0} to {1}") \
    X(FIELD_REVIEW,     "To be confirmed by") \
    X(HOLDER_OFFICE,    "an office") \
    X(HOLDER_PERSON,    "a person") \
    X(HOURS_RANGE,      "{0}, {1} to {2}") \
    X(DAY_MON,          "Monday") \
    X(DAY_TUE,          "Tuesday") \
    X(DAY_WED,          "Wednesday") \
    X(DAY_THU,          "Thursday") \
    X(DAY_FRI,          "Friday") \
    X(DAY_SAT,          "Saturday") \
    X(DAY_SUN,          "Sunday") \
    X(KIND_DIPLOMATIC,  "Diplomatic") \
    X(KIND_TECHNICAL,   "Technical") \
    X(KIND_POLICY,      "Policy") \
    X(KIND_LEGAL,       "Legal") \
    X(KIND_LAW,         "Law enforcement") \
    X(NETWORK,          "State of the network") \
    X(NETWORK_SAY,      "The log of every State as this node holds it. Two nodes that show the same root hold the same entries.") \
    X(NETWORK_LOGS,     "Logs") \
    X(NETWORK_NODES,    "Nodes of the States") \
    X(NETWORK_PEERS,    "Peers of this node") \
    X(NETWORK_LINKS_ONE, "{0} link is up.") \
    X(NETWORK_LINKS_MANY, "{0} links are up.") \
    X(NETWORK_NO_PEERS, "No peer is configured. Add one with “comity peer add”.") \
    X(NETWORK_NO_LOGS,  "This node carries no log yet.") \
    X(NETWORK_OBSERVERS, "Observers") \
    X(OBSERVER,         "observer") \
    X(NETWORK_PENDING,  "{0} held, {1} announced") \
    X(FLAG_DISPUTED,    "Disputed: two histories under one signature. What stands after entry {0} is not settled.") \
    X(FLAG_CONTESTED,   "Contested: two authority notes for one epoch.") \
    X(FLAG_INCOMPLETE,  "Incomplete: entries up to the anchor are missing.") \
    X(LINK_UP,          "up") \
    X(LINK_DOWN,        "down") \
    X(LINK_SINCE,       "up since {0}") \
    X(TRUST_NONE,       "not trusted") \
    X(ERROR_404,        "There is nothing here") \
    X(ERROR_404_SAY,    "The address is wrong, or what it named is gone.") \
    X(ERROR_400,        "This question cannot be answered") \
    X(ERROR_500,        "The node could not answer") \
    X(ERROR_BACK,       "Back to the directory") \
    X(CLOSED,           "This page needs its full address") \
    X(CLOSED_SAY,       "On the machine of the node, “comity web” prints the address at which the members’ view is served.")
/* clang-format on */

enum word {
#define X(name, text) WORD_##name,
    WORDS_MAP(X)
#undef X
        WORDS
};

/* The message; its language is that of words_language(). */
const char *words_text(enum word word);
const char *words_language(void);

/* A language's name in the language of the pages; the tag itself if it is none of the common ones. */
const char *words_language_name(const char *tag);

#endif
