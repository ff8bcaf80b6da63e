#include "node/lexicon.h"

#include <ctype.h>
#include <string.h>

/* Each list is in the order of the alphabet: a byte is the place of its word. */
static const char *const words[LEXICON_LISTS][LEXICON_WORDS] = {
    {"band",    "barn",   "beam",   "belt",   "bench",  "bless",  "blink",  "bone",   "box",    "brass",
     "brave",   "breeze", "bridge", "bright", "bronze", "broth",  "brown",  "brush",  "bulge",  "bulk",
     "calf",    "card",   "chain",  "chalk",  "charm",  "chat",   "chess",  "chief",  "churn",  "clay",
     "clerk",   "cliff",  "climb",  "cloak",  "cloth",  "cloud",  "coach",  "cold",   "cook",   "crab",
     "craft",   "crisp",  "crop",   "crunch", "crust",  "cube",   "damp",   "dance",  "desk",   "dodge",
     "dog",     "door",   "drift",  "drink",  "drum",   "duck",   "faith",  "farm",   "fence",  "fern",
     "field",   "film",   "fire",   "flag",   "flask",  "fleet",  "flint",  "float",  "flush",  "foam",
     "food",    "forge",  "fork",   "found",  "frame",  "fresh",  "frog",   "frost",  "fruit",  "fudge",
     "gear",    "gift",   "glaze",  "gleam",  "glide",  "gloss",  "glow",   "glue",   "grain",  "grand",
     "grasp",   "green",  "grip",   "ground", "grove",  "gulf",   "haze",   "hemp",   "herb",   "hinge",
     "hive",    "hope",   "horn",   "host",   "house",  "huge",   "hull",   "hunt",   "inch",   "jade",
     "jar",     "jet",    "join",   "joke",   "juice",  "jump",   "kind",   "lake",   "lens",   "list",
     "loop",    "map",    "marsh",  "mast",   "mix",    "moon",   "mount",  "mud",    "mule",   "myth",
     "neck",    "nerve",  "nest",   "north",  "oats",   "owl",    "page",   "parch",  "peg",    "plant",
     "plate",   "pluck",  "plume",  "pond",   "port",   "pouch",  "print",  "proof",  "pulp",   "punch",
     "purse",   "push",   "quake",  "quest",  "quilt",  "quiz",   "ranch",  "ripe",   "risk",   "robe",
     "roost",   "scarf",  "scoop",  "score",  "scout",  "screen", "script", "search", "shade",  "sharp",
     "shelf",   "shine",  "shrub",  "silk",   "skate",  "sketch", "sled",   "slope",  "smart",  "smile",
     "smoke",   "smooth", "snack",  "snake",  "snow",   "soft",   "song",   "south",  "space",  "spark",
     "speed",   "spell",  "spire",  "splash", "spoon",  "spread", "sprig",  "sprout", "spruce", "squash",
     "squid",   "staff",  "star",   "stem",   "stilt",  "stitch", "stomp",  "storm",  "stove",  "strand",
     "stretch", "strive", "strong", "swan",   "swarm",  "sweep",  "swift",  "taste",  "teach",  "tent",
     "thank",   "thatch", "thaw",   "thin",   "thread", "thrill", "thumb",  "tooth",  "torch",  "tour",
     "toy",     "trace",  "trek",   "trend",  "trout",  "trunk",  "twig",   "valve",  "vase",   "vault",
     "verge",   "view",   "volt",   "waltz",  "wasp",   "web",    "wedge",  "wharf",  "wild",   "wise",
     "wolf",    "wreath", "yacht",  "yeast",  "zinc",   "zoom"},
    {"acorn",   "actor",    "album",   "alpine",  "ankle",    "apron",   "aspen",    "atlas",    "attic",
     "autumn",  "award",    "bagel",   "balance", "balloon",  "bamboo",  "banjo",    "barley",   "beacon",
     "bedroom", "bicycle",  "bison",   "blanket", "blossom",  "bonnet",  "boulder",  "buffalo",  "bundle",
     "burrow",  "butter",   "cabbage", "cactus",  "camera",   "candy",   "canoe",    "canyon",   "cargo",
     "carpet",  "carton",   "carver",  "castle",  "chapter",  "cheddar", "chicken",  "chimney",  "citrus",
     "cluster", "cobalt",   "coconut", "coffee",  "condor",   "cosmic",  "cradle",   "cricket",  "crimson",
     "crystal", "cycle",    "daisy",   "delta",   "depot",    "dialect", "diamond",  "dinner",   "dolphin",
     "domain",  "dragon",   "dreamer", "driver",  "eagle",    "elbow",   "elder",    "emblem",   "enjoy",
     "fabric",  "falcon",   "fever",   "finger",  "flannel",  "foliage", "forest",   "fragrant", "furnace",
     "galaxy",  "garlic",   "garment", "giraffe", "glacier",  "golden",  "gravity",  "guitar",   "habit",
     "hammer",  "harvest",  "helmet",  "herring", "hiking",   "hollow",  "hotel",    "icon",     "inlet",
     "invent",  "iris",     "ivory",   "jacket",  "jaguar",   "jasmine", "jelly",    "jigsaw",   "jubilee",
     "jungle",  "kitchen",  "koala",   "lagoon",  "lantern",  "lasso",   "leather",  "lemon",    "lettuce",
     "lily",    "linen",    "lizard",  "lobster", "locust",   "lotus",   "lumber",   "magnet",   "magpie",
     "mammoth", "margin",   "marvel",  "meadow",  "mineral",  "monkey",  "mosaic",   "motor",    "muffin",
     "mural",   "music",    "napkin",  "nature",  "noble",    "nomad",   "noodle",   "nutmeg",   "oasis",
     "ocean",   "octave",   "omelet",  "onion",   "opera",    "orange",  "orchard",  "osprey",   "ostrich",
     "palace",  "panther",  "paper",   "parade",  "parrot",   "pastry",  "pavement", "peanut",   "pebble",
     "pelican", "penguin",  "perfume", "piano",   "picnic",   "picture", "pioneer",  "pollen",   "popcorn",
     "poppy",   "postcard", "potato",  "powder",  "prairie",  "pretzel", "profile",  "project",  "promise",
     "proverb", "pudding",  "pumpkin", "puppet",  "pyramid",  "radar",   "radish",   "rainbow",  "ranger",
     "raven",   "rescue",   "ripple",  "robin",   "rosemary", "ruler",   "saffron",  "salad",    "satin",
     "signal",  "silence",  "silver",  "slender", "slogan",   "sorrel",  "spinach",  "stadium",  "statue",
     "steeple", "sticker",  "studio",  "sunset",  "sweater",  "tablet",  "tandem",   "tango",    "tavern",
     "teapot",  "tempo",    "texture", "thimble", "thunder",  "tiger",   "tinsel",   "toaster",  "topaz",
     "topic",   "tornado",  "travel",  "tribune", "trophy",   "trumpet", "tulip",    "tundra",   "turbine",
     "turtle",  "typhoon",  "unicorn", "vanilla", "village",  "violin",  "visit",    "volcano",  "vulture",
     "waffle",  "walnut",   "walrus",  "welcome", "whisper",  "window",  "wisdom",   "wombat",   "yogurt",
     "zebra",   "zenith",   "zigzag",  "zodiac"}};

const char *lexicon_word(unsigned list, uint8_t byte) {
    return words[list][byte];
}

/* Whether a typed word means this one: all of it, or its first letters if they are enough. */
static bool means(const char *word, struct bytes typed) {
    size_t len = strlen(word);

    if (typed.len > len || (typed.len < len && typed.len < LEXICON_PREFIX))
        return false;
    for (size_t i = 0; i < typed.len; i++)
        if (tolower(typed.ptr[i]) != word[i])
            return false;
    return true;
}

bool lexicon_find(struct bytes typed, unsigned *ret_list, uint8_t *ret_byte) {
    for (unsigned list = 0; list < LEXICON_LISTS; list++)
        for (unsigned i = 0; i < LEXICON_WORDS; i++)
            if (means(words[list][i], typed)) {
                *ret_list = list;
                *ret_byte = (uint8_t)i;
                return true;
            }
    return false;
}
