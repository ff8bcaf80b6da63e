/* What the pages share: the one being written, and its smaller pieces.  Only page*.c include it. */
#ifndef NODE_PAGE_PART_H
#define NODE_PAGE_PART_H

#include "node/api.h"
#include "node/markup.h"
#include "node/query.h"

#define PAGE_PATH 128

struct page {
    struct markup m;
    struct api *api;
    enum api_view view;
    char root[16];      /* relative way to the view's first page: "", "../" ... */
    struct query query; /* what the page understands of it */
    const char *raw_query;
    char word[2][64]; /* of the path: State, id */
    const json_t *status;
    unsigned code;   /* HTTP status */
    char title[512]; /* data or words, plain */
};

/* Bodies.  Each writes the content of main; false: what it is about is not there. */
bool page_directory(struct page *p);
bool page_state(struct page *p);
bool page_contact(struct page *p);
bool page_network(struct page *p);

/* Read from the API; NULL unless it answers 200. */
json_t *page_json(struct page *p, const char *query, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *page_string(const json_t *object, const char *key); /* "" if there is none */
long long page_integer(const json_t *object, const char *key);

/* A value by language: the one to show first, and all of them in their own direction. */
const char *page_name(const json_t *names, const char **ret_language);
void page_names(struct page *p, const json_t *names, bool others);

/* All but the first. */
void page_other_names(struct page *p, const json_t *names);

/* '<a href="ROOT + path">', to be closed by the caller. */
void page_link(struct page *p, const char *class, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* <time> of an RFC 3339 text; nothing for null. */
void page_time(struct page *p, const char *text);

/* The same as plain text: "2026-11-23 08:52 UTC". */
const char *page_time_text(char ret[static 32], const char *text);

void page_freshness(struct page *p, const json_t *log);
void page_kind(struct page *p, const char *kind);
enum word page_kind_word(const char *kind); /* WORDS if it is none of the known ones */

/* A list of contacts as answered by /api/v1/contacts. */
void page_contact_list(struct page *p, const json_t *contacts, bool with_state);

/* A row of a description list: the label; then the value is written, then the end. */
void page_row_begin(struct page *p, enum word label, const char *argument);
void page_row_end(struct page *p);

#endif
