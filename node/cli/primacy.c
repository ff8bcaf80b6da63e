#include "node/cli/primacy.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/wording.h"
#include "node/text.h"

#define EVER UINT64_MAX

/* Times of a contact at which it is the first of its kind. */
struct span {
    uint64_t from, until; /* s; until is past the end */
};

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static uint64_t time_of(const json_t *record, const char *name, uint64_t otherwise) {
    uint64_t at;
    return time_parse(text_of(record, name), &at) ? at : otherwise;
}

static struct span span_of(const json_t *record, uint64_t from, uint64_t until) {
    uint64_t end = time_of(record, "valid_until", EVER);
    if (!json_is_true(json_object_get(record, "primary")))
        return (struct span){0, 0};
    return (struct span){from, end < until ? end : until};
}

static void span_add(json_t *spans, const json_t *record, uint64_t from, uint64_t until) {
    struct span span = span_of(record, from, until);
    if (span.from >= span.until)
        return;
    json_array_append_new(spans,
                          json_pack("{s:s, s:I, s:I, s:s}", "kind", text_of(record, "kind"), "from",
                                    (json_int_t)span.from, "until",
                                    span.until > INT64_MAX ? (json_int_t)INT64_MAX : (json_int_t)span.until,
                                    "who", wording_name(json_object_get(record, "organisation"), "en")));
}

/* The successor that a published contact announces; NULL. */
static json_t *successor_of(struct drafting *d, const json_t *published, const char *id) {
    char path[96];
    unsigned status = 0;

    if (text_of(published, "successor")[0] == '\0')
        return NULL;
    snprintf(path, sizeof path, "/api/v1/contacts/%s/%s", d->state, id);
    json_t *contact = session_json(d->cli->session, path, "", &status);
    json_t *next = json_incref(json_object_get(contact, "next"));
    json_decref(contact);
    return next;
}

/* A contact's spans: as published until the announced version, and both until the wanted one, which is of a
 * higher index and so counts from its beginning on. */
static void note(struct drafting *d, const char *id, const json_t *wanted, bool has_wanted) {
    uint64_t now = (uint64_t)time(NULL);
    uint64_t wanted_from = !has_wanted ? EVER : time_of(wanted, "valid_from", now);
    const json_t *published = drafting_published(d, id);
    json_t *spans = json_array(), *next = published != NULL ? successor_of(d, published, id) : NULL;
    uint64_t next_from = next != NULL ? time_of(next, "valid_from", EVER) : EVER;

    if (published != NULL)
        span_add(spans, published, time_of(published, "valid_from", 0),
                 next_from < wanted_from ? next_from : wanted_from);
    if (next != NULL)
        span_add(spans, next, next_from, wanted_from);
    if (wanted != NULL)
        span_add(spans, wanted, wanted_from, EVER);
    if (json_array_size(spans) > 0)
        json_object_set(d->primaries, id, spans);
    else
        json_object_del(d->primaries, id);
    json_decref(spans);
    json_decref(next);
}

/* May say that it is the first, now or later, as it is published. */
static bool may_be(const json_t *published) {
    return json_is_true(json_object_get(published, "primary")) || text_of(published, "successor")[0] != '\0';
}

static bool load(struct drafting *d) {
    const char *id;
    json_t *item;

    if (d->primaries != NULL)
        return true;
    if (!drafting_load_all(d))
        return false;
    d->primaries = json_object();
    json_object_foreach(d->present, id, item) {
        if (json_is_object(item) && may_be(item) && json_object_get(d->pending, id) == NULL)
            note(d, id, NULL, false);
    }
    json_object_foreach(d->pending, id, item) note(d, id, json_object_get(item, "record"), true);
    return true;
}

void primacy_intend(struct drafting *d, const char *id, const json_t *record) {
    if (load(d))
        note(d, id, record, true);
}

/* The span of another contact of the kind that meets this one; NULL. */
static const json_t *find_clash(const struct drafting *d, const char *id, const char *kind, struct span span,
                                const char **ret_id) {
    const char *other;
    json_t *spans, *item;
    size_t i;

    json_object_foreach(d->primaries, other, spans) {
        json_array_foreach(spans, i, item) {
            if (strcmp(other, id) == 0 || strcmp(text_of(item, "kind"), kind) != 0 ||
                (uint64_t)json_integer_value(json_object_get(item, "from")) >= span.until ||
                (uint64_t)json_integer_value(json_object_get(item, "until")) <= span.from)
                continue;
            *ret_id = other;
            return item;
        }
    }
    return NULL;
}

bool primacy_clash(struct drafting *d, const char *id, const json_t *record, struct record_error *ret) {
    struct span span = span_of(record, time_of(record, "valid_from", (uint64_t)time(NULL)), EVER);
    const char *other, *kind = text_of(record, "kind");
    char who[60], until[24] = "";

    if (span.from >= span.until || !load(d))
        return false;
    const json_t *clash = find_clash(d, id, kind, span, &other);
    if (clash == NULL)
        return false;
    json_int_t end = json_integer_value(json_object_get(clash, "until"));
    text_show_to(who, sizeof who, bytes_str(text_of(clash, "who")));
    if (end != INT64_MAX)
        time_text((uint64_t)end, until);
    snprintf(ret->text, sizeof ret->text,
             "primary: one %s contact of a State at a time: found %s/%.12s%s%s%s%s%s: say no there first "
             "(comity contact edit %.12s --primary no), or here",
             kind, d->state, other, who[0] != '\0' ? " (" : "", who, who[0] != '\0' ? ")" : "",
             until[0] != '\0' ? ", until " : "", until, other);
    return true;
}
