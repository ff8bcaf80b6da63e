/* A contact's history, and the proof that it stands where it is shown. */
#include <string.h>

#include "node/page_part.h"
#include "node/record.h"

void page_changed(struct page *p, const json_t *before, const json_t *after) {
    json_t *one, *was = record_authored(before), *is = record_authored(after);
    json_t *changes = record_changes(was, is);
    bool said[WORDS] = {0};
    char list[512] = "";
    size_t i, len = 0;

    json_array_foreach(changes, i, one) {
        enum word word = page_field_word(page_string(one, "field"));
        const char *label = page_text(p, word);
        if (said[word] || len + strlen(label) + 8 > sizeof list)
            continue;
        said[word] = true;
        if (len > 0) {
            memcpy(list + len, " · ", strlen(" · "));
            len += strlen(" · ");
        }
        memcpy(list + len, label, strlen(label) + 1);
        len += strlen(label);
    }
    if (len == 0)
        SAY0(&p->m, WORD_HISTORY_SAME);
    else
        SAY(&p->m, WORD_HISTORY_CHANGED, list);
    json_decref(changes);
    json_decref(was);
    json_decref(is);
}

static bool is_gone(const json_t *version) {
    const char *class;
    json_t *state;

    json_object_foreach(json_object_get(version, "parts"), class, state) {
        if (strcmp(json_string_value(state), "gone") == 0)
            return true;
    }
    return false;
}

/* What a version says beyond the one before it. */
static void history_row(struct page *p, const json_t *version, const json_t *before) {
    markup_html(&p->m, "<tr>");
    page_cell(p, WORD_COLUMN_WHEN, NULL);
    page_time(p, page_string(version, "time"));
    markup_html(&p->m, "</td>");
    page_cell(p, WORD_COLUMN_WHAT, NULL);
    char shown[PAGE_TIME];
    const char *erased = page_string(version, "erased");
    if (json_is_true(json_object_get(version, "withdrawn")))
        SAY0(&p->m, WORD_HISTORY_WITHDRAWN);
    else if (*erased != '\0')
        SAY(&p->m, WORD_HISTORY_ERASED, page_time_text(p, shown, erased));
    else if (is_gone(version) || is_gone(before))
        SAY0(&p->m, WORD_HISTORY_GONE);
    else if (before == NULL || json_is_true(json_object_get(before, "withdrawn")))
        SAY0(&p->m, WORD_HISTORY_FIRST);
    else
        page_changed(p, before, version);
    markup_html(&p->m, "</td>");
    page_cell(p, WORD_COLUMN_ENTRY, "count");
    markup_number(&p->m, page_integer(version, "index"));
    markup_html(&p->m, "</td></tr>");
}

void page_history(struct page *p) {
    json_t *answer = page_json(p, "", "/api/v1/contacts/%s/%s/history", p->word[0], p->word[1]), *version;
    const json_t *versions = json_object_get(answer, "contacts");
    size_t i;

    if (answer == NULL)
        return;
    page_section(p, WORD_CONTACT_HISTORY);
    PAGE_COLUMNS(p, WORD_COLUMN_WHEN, WORD_COLUMN_WHAT, WORD_COLUMN_ENTRY);
    json_array_foreach((json_t *)(uintptr_t)versions, i, version)
        history_row(p, version, json_array_get(versions, i + 1));
    markup_html(&p->m, "</tbody></table></section>");
    json_decref(answer);
}

/* One with all that this view may see, and one that may be passed on, if that is less. */
static void receipts(struct page *p, const json_t *contact) {
    const char *code = page_string(contact, "state"), *id = page_string(contact, "id");
    bool more = strcmp(page_string(json_object_get(contact, "parts"), "members"), "held") == 0;

    markup_html(&p->m, "<div class=\"cards-out\">");
    page_base_link(p, "button", "api/v1/contacts/%s/%s/receipt", code, id);
    SAY0(&p->m, WORD_PROOF_RECEIPT);
    markup_html(&p->m, "</a>");
    if (p->view == API_MEMBERS && more) {
        page_base_link(p, "button", "api/v1/contacts/%s/%s/receipt?public=1", code, id);
        SAY0(&p->m, WORD_PROOF_RECEIPT_PUBLIC);
        markup_html(&p->m, "</a>");
    }
    markup_html(&p->m, "</div>");
    page_say(p, "total", WORD_PROOF_RECEIPT_SAY);
}

void page_proof(struct page *p, const json_t *contact) {
    const char *code = page_string(contact, "state");
    char number[LANGUAGE_NUMBER];

    page_section(p, WORD_CONTACT_PROOF);
    markup_html(&p->m, "<p>");
    SAY(&p->m, WORD_PROOF_ENTRY, language_number(p->m.language, number, page_integer(contact, "index")),
        page_state_name(p, code, NULL));
    markup_html(&p->m, "</p>");
    page_say(p, NULL, WORD_PROOF_SAY);
    receipts(p, contact);
    markup_html(&p->m, "<p>");
    page_link(p, NULL, "state/%s#log", code);
    SAY0(&p->m, WORD_PROOF_LOG);
    markup_html(&p->m, "</a></p></section>");
}
