#include <stdlib.h>
#include <string.h>

#include "node/api_call.h"
#include "node/stale.h"

#define DAY_S 86400

/* Counts of the contacts of one State and kind. */
static const char *const columns[] = {"contacts", "suspended", "announced", "review_soon", "stale"};

struct counting {
    struct api_call *call;
    json_t *states; /* code -> kind -> column -> count */
};

static json_t *member(json_t *object, const char *name) {
    json_t *found = json_object_get(object, name);

    if (found != NULL)
        return found;
    json_object_set_new(object, name, json_object());
    return json_object_get(object, name);
}

static void add(json_t *row, const char *column, bool counts) {
    json_t *before = json_object_get(row, column);

    json_object_set_new(row, column, json_integer(json_integer_value(before) + (counts ? 1 : 0)));
}

/* One contact; announced ones count as announced alone. */
static void count_contact(void *context, const struct shelf *shelf, uint32_t slot) {
    struct counting *c = context;
    const struct shelf_entry *e = &shelf->entry[slot];
    const struct shelf_time *time = &shelf->time[c->call->view][slot];
    uint64_t stale = time->stale, soon = c->call->now + STALE_SOON_DAYS * DAY_S;
    bool current = e->standing == SHELF_CURRENT;

    if (e->standing == SHELF_WITHDRAWN)
        return;
    json_t *row = member(member(c->states, shelf->code), e->kind);
    add(row, columns[0], current);
    add(row, columns[1], current && time->suspended);
    add(row, columns[2], !current || e->due != UINT64_MAX);
    add(row, columns[3], current && stale > c->call->now && stale <= soon);
    add(row, columns[4], current && stale <= c->call->now);
}

static const char *text_at(const json_t *row, const char *name) {
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

static int compare_rows(const void *a, const void *b) {
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    int sign = strcmp(text_at(x, "state"), text_at(y, "state"));
    return sign != 0 ? sign : strcmp(text_at(x, "kind"), text_at(y, "kind"));
}

/* By State and kind, for the search gives contacts in no order; NULL without memory. */
static json_t *rows_json(const json_t *states) {
    json_t *list, *kinds, *row;
    const char *code, *kind;
    size_t count = 0, room = 0;

    json_object_foreach((json_t *)(uintptr_t)states, code, kinds) room += json_object_size(kinds);
    json_t **rows = calloc(room + 1, sizeof *rows);
    if (rows == NULL)
        return NULL;
    json_object_foreach((json_t *)(uintptr_t)states, code, kinds) {
        json_object_foreach(kinds, kind, row) {
            json_object_set_new(row, "state", api_code(code));
            json_object_set_new(row, "kind", json_string(kind));
            rows[count++] = row;
        }
    }
    qsort(rows, count, sizeof *rows, compare_rows);
    list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append(list, rows[i]);
    free(rows);
    return list;
}

void api_summary(struct api_call *call) {
    struct counting c = {call, json_object()};
    enum err err = search_each(call->search, call->txn, call->now, count_contact, &c);

    if (err != ERR_OK)
        api_refuse(call, 500, err_name(err), "the search: %s", err_text(err));
    else
        call->json = json_pack("{s:o, s:i, s:o}", "at", api_when(call->now), "review_days",
                               (int)call->options->review_days, "rows", rows_json(c.states));
    json_decref(c.states);
}
