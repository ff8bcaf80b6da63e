#include "node/words.h"

#include <string.h>
#include <strings.h>

static const char *const texts[WORDS] = {
#define X(name, text) [WORD_##name] = (text),
    WORDS_MAP(X)
#undef X
};

static const char *const languages[][2] = {
    {"am", "Amharic"},   {"ar", "Arabic"},      {"az", "Azerbaijani"}, {"bg", "Bulgarian"},
    {"bn", "Bengali"},   {"bs", "Bosnian"},     {"ca", "Catalan"},     {"cs", "Czech"},
    {"da", "Danish"},    {"de", "German"},      {"el", "Greek"},       {"en", "English"},
    {"es", "Spanish"},   {"et", "Estonian"},    {"fa", "Persian"},     {"fi", "Finnish"},
    {"fr", "French"},    {"ga", "Irish"},       {"he", "Hebrew"},      {"hi", "Hindi"},
    {"hr", "Croatian"},  {"hu", "Hungarian"},   {"hy", "Armenian"},    {"id", "Indonesian"},
    {"is", "Icelandic"}, {"it", "Italian"},     {"ja", "Japanese"},    {"ka", "Georgian"},
    {"kk", "Kazakh"},    {"km", "Khmer"},       {"ko", "Korean"},      {"lt", "Lithuanian"},
    {"lv", "Latvian"},   {"mk", "Macedonian"},  {"mn", "Mongolian"},   {"ms", "Malay"},
    {"my", "Burmese"},   {"ne", "Nepali"},      {"nl", "Dutch"},       {"no", "Norwegian"},
    {"pl", "Polish"},    {"ps", "Pashto"},      {"pt", "Portuguese"},  {"ro", "Romanian"},
    {"ru", "Russian"},   {"rw", "Kinyarwanda"}, {"si", "Sinhala"},     {"sk", "Slovak"},
    {"sl", "Slovenian"}, {"so", "Somali"},      {"sq", "Albanian"},    {"sr", "Serbian"},
    {"sv", "Swedish"},   {"sw", "Swahili"},     {"ta", "Tamil"},       {"tg", "Tajik"},
    {"th", "Thai"},      {"tr", "Turkish"},     {"uk", "Ukrainian"},   {"ur", "Urdu"},
    {"uz", "Uzbek"},     {"vi", "Vietnamese"},  {"zh", "Chinese"},
};

const char *words_text(enum word word) {
    return texts[word];
}

const char *words_language(void) {
    return "en";
}

const char *words_language_name(const char *tag) {
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (strcasecmp(tag, languages[i][0]) == 0)
            return languages[i][1];
    return tag;
}
