/* What the pages share: the one being written, and its smaller pieces.  Only page*.c and
 * their test include it. */
#ifndef NODE_PAGE_PART_H
#define NODE_PAGE_PART_H

#include "node/api.h"
#include "node/markup.h"
#include "node/query.h"

#define PAGE_PATH 128
#define PAGE_TIME 128

struct page {
    struct markup m; /* has the language too */
    struct api *api;
    enum api_view view;
    const char *path;   /* without its language */
    bool chosen;        /* the address says the language */
    char root[24];      /* relative way to the first page in this language: "./", "../" ... */
    char base[24];      /* to the view's root, where assets and the API are */
    struct query query; /* what the page understands of it */
    const char *raw_query;
    char word[2][64]; /* of the path: State, id */
    const json_t *status;
    unsigned code;    /* HTTP status */
    const char *type; /* NULL: HTML */
    char title[512];  /* data or words, plain */
};

/* Bodies.  Each writes the content of main; false: what it is about is not there. */
bool page_directory(struct page *p);
bool page_states(struct page *p);
bool page_state(struct page *p);
bool page_contact(struct page *p);
bool page_vcard(struct page *p); /* the whole answer, not HTML */
bool page_changes(struct page *p);
bool page_network(struct page *p);
bool page_verify(struct page *p);
bool page_about(struct page *p);

/* What stands around a body (page_frame.c). */
void page_head(struct page *p);
void page_banner(struct page *p);
void page_foot(struct page *p);

/* Read from the API; NULL unless it answers 200. */
json_t *page_json(struct page *p, const char *query, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *page_string(const json_t *object, const char *key); /* "" if there is none */
long long page_integer(const json_t *object, const char *key);
const char *page_text(const struct page *p, enum word word);

/* '<p class="CLASS">' and the message. */
void page_say(struct page *p, const char *class, enum word word);

/* '<section><h2>' and the message; the caller ends the section. */
void page_section(struct page *p, enum word title);

/* A value by language: the one to show first, and all of them in their own direction. */
const char *page_name(const struct page *p, const json_t *names, const char **ret_language);
void page_names(struct page *p, const json_t *names, bool others);

/* All but the first. */
void page_other_names(struct page *p, const json_t *names);

/* The name of a State: as United Nations terminology has it in the page's language, else as the State itself
 * says, else its code. */
const char *page_state_name(const struct page *p, const char *code, const json_t *names);

/* '<span class="code">FR</span>' */
void page_code(struct page *p, const char *code);

/* '<a href="ROOT + path">', to be closed by the caller. */
void page_link(struct page *p, const char *class, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for what has no language: assets, API, logs. */
void page_base_link(struct page *p, const char *class, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The name and value of a parameter in an address, encoded; separated from what stands before unless first.
 */
void page_parameter(struct page *p, bool *first, const char *name, const char *value);

/* <time> of an RFC 3339 text, in words; nothing for "". */
void page_time(struct page *p, const char *text);

/* The same as plain text: "23 November 2026, 08:52 UTC".  A time with an offset is shown without one: it is
 * local. */
const char *page_time_text(const struct page *p, char ret[static PAGE_TIME], const char *text);

void page_freshness(struct page *p, const json_t *log);
void page_legend(struct page *p); /* of the signs of freshness */
void page_kind(struct page *p, const char *kind);
enum word page_kind_word(const char *kind); /* WORDS if it is none of the known ones */

/* How a contact stands to its hours at this moment, if it says so. */
void page_open(struct page *p, const json_t *contact);

/* A list of contacts as answered by /api/v1/contacts. */
void page_contact_list(struct page *p, const json_t *contacts, bool with_state);

/* Pieces of the page of a contact: its channels (page_reach.c), what else is known (page_facts.c), its
 * history and its proof (page_proof.c), itself as a QR code (page_vcard.c). */
void page_reach(struct page *p, const json_t *contact);
void page_channels(struct page *p, const json_t *contact); /* the same without heading and backup */
void page_facts(struct page *p, const json_t *contact);
void page_history(struct page *p);
void page_proof(struct page *p, const json_t *contact);
void page_qr(struct page *p, const json_t *contact);

/* The label of a field of a contact, by its name in the API. */
enum word page_field_word(const char *field);

/* What a version of a contact says beyond the one before it: the labels of its fields. */
void page_changed(struct page *p, const json_t *before, const json_t *after);

/* Who may see a field: only the members' view has something to tell apart. */
void page_mark(struct page *p, const json_t *contact, const char *field);

/* The logs that are in dispute, with what is known of their variants (page_dispute.c). */
void page_disputes(struct page *p, const json_t *logs);

/* A row of a description list: the label; then the value is written, then the end. */
void page_row_begin(struct page *p, enum word label, const char *argument);
void page_row_end(struct page *p);

/* Tables: the head with its labels, and a cell that carries its label where the table is stacked. */
void page_columns(struct page *p, const enum word *words, size_t count);
void page_cell(struct page *p, enum word label, const char *class);

#define PAGE_COLUMNS(p, ...)                                                                                 \
    page_columns(p, (const enum word[]){__VA_ARGS__},                                                        \
                 sizeof((const enum word[]){__VA_ARGS__}) / sizeof(enum word))

#endif
