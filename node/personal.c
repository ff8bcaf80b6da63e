#include "node/personal.h"

#include <stdlib.h>
#include <string.h>

#include "node/fold.h"

/* Folded beginnings of names, in the languages of the tables that were seen. */
static const struct {
    const char *begins, *what;
} kinds[] = {
    {"birth", "birth date"},
    {"date of birth", "birth date"},
    {"dob", "birth date"},
    {"bday", "birth date"},
    {"geburt", "birth date"},
    {"geboorte", "birth date"},
    {"date de naissance", "birth date"},
    {"naissance", "birth date"},
    {"anniversaire", "birth date"},
    {"fecha de nacimiento", "birth date"},
    {"nacimiento", "birth date"},
    {"дата рождения", "birth date"},
    {"تاريخ الميلاد", "birth date"},
    {"photo", "photograph"},
    {"picture", "photograph"},
    {"foto", "photograph"},
    {"image", "photograph"},
    {"фото", "photograph"},
    {"home address", "home address"},
    {"home street", "home address"},
    {"home city", "home address"},
    {"home postal", "home address"},
    {"homepostal", "home address"},
    {"private address", "home address"},
    {"privatadresse", "home address"},
    {"adresse personnelle", "home address"},
    {"domicile", "home address"},
    {"domicilio", "home address"},
    {"home phone", "home telephone"},
    {"homephone", "home telephone"},
    {"spouse", "family"},
    {"children", "family"},
    {"conjoint", "family"},
    {"gender", "gender"},
    {"sex", "gender"},
    {"geschlecht", "gender"},
    {"nationality", "nationality"},
    {"passport", "passport number"},
    {"religion", "religion"},
};

const char *personal_column(const char *name) {
    char *folded = fold_text(bytes_str(name));
    const char *what = NULL;
    for (char *at = folded; at != NULL && *at != '\0'; at++)
        if (*at == '_' || *at == '-')
            *at = ' ';
    for (size_t i = 0; folded != NULL && what == NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        char *begins = fold_text(bytes_str(kinds[i].begins));
        if (begins != NULL && strncmp(folded, begins, strlen(begins)) == 0)
            what = kinds[i].what;
        free(begins);
    }
    free(folded);
    return what;
}
