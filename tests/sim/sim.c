/* Runs simulations: many seeds on all processors, each twice, or one that is told as a story.
 *
 *   sim                       1,000 seeds from 1 on
 *   sim --seed S --count N    N seeds from S on
 *   sim --seed S --story      one seed, told */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/tmp.h"
#include "tests/sim/heap.h"
#include "tests/sim/play.h"
#include "tests/sim/story.h"

#define JOBS_MAX 64
#define SIZES 6

struct options {
    struct play play;
    uint64_t count;
    unsigned jobs;
    bool keep_going, update, once, both;
    const char *program;
};

/* What all seeds together came to; in memory that the children share. */
struct totals {
    uint64_t seeds, wrong, twice, events, faults[FAULTS], stations;
    uint64_t updates, slowest_hop_ms, wasted; /* wasted: packages more than one for each node */
    uint64_t size_seeds[SIZES], size_most_ms[SIZES], size_bound_ms[SIZES]; /* of the slowest */
};

static const unsigned sizes[SIZES] = {2, 3, 5, 12, 48, 193};
static struct play *result; /* of the child in each place */

static void play_counted(struct play *p) {
    uint64_t before = heap_bytes();
    play(p);
    if (!story.told) /* else the text has a buffer */
        heap_same(before);
}

static void run_one(const struct options *o, struct play *ret) {
    struct play first = o->play, second = o->play;
    if (o->both) {
        first.real_disk = 0;
        second.real_disk = 1;
    }
    play_counted(&first);
    if (o->both || (!story.told && !o->once)) {
        play_counted(&second);
        if (first.hash != second.hash) {
            fprintf(stderr, "seed %" PRIu64 ": two runs%s differ: %016" PRIx64 " and %016" PRIx64 "\n",
                    o->play.seed, o->both ? ", one in memory and one on LMDB," : "", first.hash, second.hash);
            fflush(NULL);
            _Exit(4);
        }
    }
    *ret = first;
}

static pid_t start(const struct options *o, uint64_t seed, unsigned place) {
    fflush(stdout);
    pid_t child = fork();
    if (child != 0)
        return child;
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    struct options mine = *o;
    char dir[TMP_LEN];
    tmp_open(dir);
    mine.play.seed = seed;
    mine.play.directory = dir;
    run_one(&mine, &result[place]);
    tmp_close(dir);
    exit(0);
}

static void add(struct totals *t, const struct play *p) {
    t->seeds++;
    t->twice += p->twice;
    t->events += p->events;
    t->stations += p->stations;
    for (unsigned i = 0; i < FAULTS; i++)
        t->faults[i] += p->faults.count[i];
    if (p->updated) {
        uint64_t hop_ms = p->calm.took_ms / (p->calm.hops ? p->calm.hops : 1);
        t->updates++;
        t->wasted += p->calm.packages > p->calm.nodes ? p->calm.packages - p->calm.nodes : 0;
        t->slowest_hop_ms = hop_ms > t->slowest_hop_ms ? hop_ms : t->slowest_hop_ms;
    }
    for (unsigned i = 0; i < SIZES; i++)
        if (sizes[i] == p->stations) {
            t->size_seeds[i]++;
            if (p->converged_ms < t->size_most_ms[i])
                continue;
            t->size_most_ms[i] = p->converged_ms;
            t->size_bound_ms[i] = p->bound_ms;
        }
}

static void wrong(const struct options *o, uint64_t seed, int status) {
    if (WIFSIGNALED(status))
        fprintf(stderr, "seed %" PRIu64 ": ended by signal %d\n", seed, WTERMSIG(status));
    fprintf(stderr, "repeat with: %s --seed %" PRIu64 "%s", o->program, seed, " --story");
    if (o->play.nodes)
        fprintf(stderr, " --nodes %u", o->play.nodes);
    if (o->play.only < FAULTS)
        fprintf(stderr, " --only %u", o->play.only);
    if (o->play.loss >= 0)
        fprintf(stderr, " --loss %d", o->play.loss);
    if (o->play.cramped)
        fprintf(stderr, " --cramped");
    if (o->both)
        fprintf(stderr, " --disk both");
    else if (o->play.real_disk >= 0)
        fprintf(stderr, " --disk %s", o->play.real_disk ? "real" : "memory");
    if (o->play.real_keys >= 0)
        fprintf(stderr, " --keys %s", o->play.real_keys ? "real" : "virtual");
    fprintf(stderr, "\n");
}

static void report(const struct totals *t, bool once) {
    uint64_t faults_all = 0;
    printf("\n%" PRIu64 " seeds, %" PRIu64 " nodes, %" PRIu64 " events; each seed %s\n", t->seeds,
           t->stations, t->events, once ? "once" : "twice, with the same trace");
    printf("%" PRIu64 " of them with a second time of faults\n", t->twice);
    printf("\n%12s  faults\n", "times");
    for (unsigned i = 0; i < FAULTS; i++) {
        faults_all += t->faults[i];
        printf("%12" PRIu64 "  %s\n", t->faults[i], fault_name((enum fault)i));
    }
    printf("%12" PRIu64 "  in all\n\n%8s %8s  slowest convergence, in rounds of a minute\n", faults_all,
           "nodes", "seeds");
    for (unsigned i = 0; i < SIZES; i++)
        if (t->size_seeds[i])
            printf("%8u %8" PRIu64 "  %.1f of %" PRIu64 "\n", sizes[i], t->size_seeds[i],
                   (double)t->size_most_ms[i] / 60000, t->size_bound_ms[i] / 60000);
    if (t->updates)
        printf("\n%" PRIu64 " updates at rest: at most %" PRIu64 " ms a link; %" PRIu64
               " packages more than needed\n",
               t->updates, t->slowest_hop_ms, t->wasted);
}

static volatile sig_atomic_t stopping;

static void on_signal(int number) {
    (void)number;
    stopping = 1;
}

/* What one update costs (design, promise 9). */
static int report_update(const struct play *p) {
    const struct calm *c = &p->calm;
    uint64_t needed = c->entry_bytes * c->nodes;
    if (!p->updated || !c->nodes)
        return 1;
    printf("\none entry of %" PRIu64
           " bytes, to %u nodes, over at most %u links one after the other: %" PRIu64 " ms\n",
           c->entry_bytes, c->nodes, c->hops, c->took_ms);
    printf("leaves and parts  %10" PRIu64 " bytes, %.2f times the entry for each of the %u\n",
           c->pulled_bytes, (double)c->pulled_bytes / (double)needed, c->nodes);
    printf("all else          %10" PRIu64 " bytes, %" PRIu64 " a node\n", c->other_bytes,
           c->other_bytes / (c->nodes + 1));
    bool good = c->pulled_bytes * 100 <= needed * 105 && c->other_bytes / (c->nodes + 1) <= 3072;
    printf("%s\n",
           good ? "within 1.05 times, and 3 KiB a node" : "MORE than 1.05 times, or than 3 KiB a node");
    return good ? 0 : 1;
}

static int run_all(const struct options *o) {
    static struct totals totals;
    static struct play last;
    pid_t child[JOBS_MAX] = {0};
    uint64_t seed_of[JOBS_MAX] = {0}, next = o->play.seed, end = o->play.seed + o->count;
    unsigned running = 0;
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    while ((next < end && !stopping) || running) {
        for (unsigned i = 0; i < o->jobs && next < end && !stopping; i++)
            if (!child[i]) {
                seed_of[i] = next;
                child[i] = start(o, next++, i);
                running++;
            }
        int status;
        pid_t done = wait(&status);
        if (done < 0 && errno == EINTR)
            continue;
        for (unsigned i = 0; i < o->jobs; i++) {
            if (!child[i] || child[i] != done)
                continue;
            child[i] = 0;
            running--;
            if (status == 0) {
                add(&totals, &result[i]);
                last = result[i];
                continue;
            }
            totals.wrong++;
            wrong(o, seed_of[i], status);
            if (!o->keep_going)
                end = next;
        }
    }
    report(&totals, o->once);
    if (o->update && !totals.wrong)
        return report_update(&last);
    if (totals.wrong)
        printf("\n%" PRIu64 " seeds have shown something wrong\n", totals.wrong);
    return totals.wrong ? 1 : 0;
}

static unsigned fault_named(const char *text) {
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    return *end || number >= FAULTS ? FAULTS : (unsigned)number;
}

static void usage(int status) {
    fprintf(status ? stderr : stdout,
            "sim [--seed S] [--count N] [--once] [--jobs N] [--keep-going]\n"
            "    [--nodes N] [--only FAULT | --quiet] [--loss PER_THOUSAND] [--disk real|memory|both]\n"
            "    [--keys real|virtual] [--cramped] [--story] [--update]\n"
            "sim --faults\n");
    exit(status);
}

static void list_faults(void) {
    for (unsigned i = 0; i < FAULTS; i++)
        printf("%3u  %s\n", i, fault_name((enum fault)i));
    exit(0);
}

static bool option(struct options *o, int c) {
    switch (c) {
    case 's':
        o->play.seed = strtoull(optarg, NULL, 10);
        o->count = 1;
        return true;
    case 'c':
        o->count = strtoull(optarg, NULL, 10);
        return true;
    case 't':
        story.told++;
        return true;
    case 'n':
        o->play.nodes = (unsigned)strtoul(optarg, NULL, 10);
        return o->play.nodes >= 2 && o->play.nodes <= 193;
    case 'o':
        o->play.only = fault_named(optarg);
        return true;
    case 'd':
        o->both = o->play.no_flips = strcmp(optarg, "both") == 0;
        o->play.real_disk = o->both ? -1 : strcmp(optarg, "real") == 0;
        return true;
    case 'k':
        o->play.real_keys = strcmp(optarg, "real") == 0;
        return true;
    case 'j':
        o->jobs = (unsigned)strtoul(optarg, NULL, 10);
        return o->jobs > 0 && o->jobs <= JOBS_MAX;
    case 'g':
        o->keep_going = true;
        return true;
    case 'l':
        o->play.loss = (int)strtol(optarg, NULL, 10);
        return o->play.loss >= 0 && o->play.loss <= 1000;
    case 'q':
        o->play.only = FAULTS + 1;
        return true;
    case 'u':
        o->update = true;
        return true;
    case '1':
        o->once = true;
        return true;
    case 'b':
        o->play.cramped = true;
        return true;
    case 'f':
        list_faults();
        return true;
    case 'h':
        usage(0);
        return true;
    default:
        return false;
    }
}

/* What libraries take once, they take before anybody counts. */
static void warm_up(void) {
    unsigned told = story.told;
    struct play p = {.seed = 1, .nodes = 3, .only = FAULTS + 1, .loss = 0, .directory = ""};
    story.told = 0;
    play(&p);
    story.told = told;
}

int main(int argc, char **argv) {
    static const struct option names[] = {{"seed", 1, 0, 's'},
                                          {"count", 1, 0, 'c'},
                                          {"story", 0, 0, 't'},
                                          {"nodes", 1, 0, 'n'},
                                          {"only", 1, 0, 'o'},
                                          {"disk", 1, 0, 'd'},
                                          {"keys", 1, 0, 'k'},
                                          {"jobs", 1, 0, 'j'},
                                          {"keep-going", 0, 0, 'g'},
                                          {"faults", 0, 0, 'f'},
                                          {"loss", 1, 0, 'l'},
                                          {"quiet", 0, 0, 'q'},
                                          {"update", 0, 0, 'u'},
                                          {"once", 0, 0, '1'},
                                          {"cramped", 0, 0, 'b'},
                                          {"help", 0, 0, 'h'},
                                          {0}};
    struct options o = {.play = {.seed = 1, .only = FAULTS, .loss = -1, .real_disk = -1, .real_keys = -1},
                        .count = 1000};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    o.jobs = processors > 0 && processors < JOBS_MAX ? (unsigned)processors : 2;
    o.program = argv[0];
    heap_prepare(argv);
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;)
        if (!option(&o, c))
            usage(64);
    if (sodium_init() < 0)
        return 70;
    result = mmap(NULL, JOBS_MAX * sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (result == MAP_FAILED)
        return 70;
    warm_up();
    return run_all(&o);
}
