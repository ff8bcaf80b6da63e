/* Parked requests: woken all at once, put out one by one, none lost and none resumed twice. */
#include "node/parking.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/test.h"

#define PLACES 8

struct guest {
    struct parked parked;
    unsigned resumed;
    bool again; /* parks again as soon as it is resumed */
    bool slow;  /* resuming it takes until go_on */
};

static struct parking *parking;
static struct guest guests[2 * PLACES];
static int ends[2];
static sem_t begun, go_on;
static atomic_bool over;

static void on_resume(struct parked *parked) {
    struct guest *guest = (struct guest *)parked;

    if (guest->slow) {
        sem_post(&begun);
        sem_wait(&go_on);
    }
    guest->resumed++;
    if (guest->again)
        assert_true(parking_enter(parking, parked, parking_ticket(parking)));
}

static int setup(void **state) {
    (void)state;
    memset(guests, 0, sizeof guests);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    for (unsigned i = 0; i < 2 * PLACES; i++) {
        guests[i].parked.fd = ends[0];
        guests[i].parked.until_ms = 100 + i;
    }
    CHECK_OK(parking_open(PLACES, on_resume, &parking));
    return 0;
}

static int teardown(void **state) {
    (void)state;
    for (unsigned i = 0; i < 2 * PLACES; i++)
        guests[i].again = false;
    parking_end(parking);
    parking_close(parking);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static void enter(unsigned count) {
    for (unsigned i = 0; i < count; i++)
        assert_true(parking_enter(parking, &guests[i].parked, parking_ticket(parking)));
}

static void all_are_taken_out_before_the_first_is_resumed(void **state) {
    (void)state;
    enter(PLACES);
    for (unsigned i = 0; i < PLACES; i++)
        guests[i].again = true;
    parking_wake(parking);
    for (unsigned i = 0; i < PLACES; i++) {
        assert_int_equal(guests[i].resumed, 1);
        assert_false(guests[i].parked.ended);
    }
    assert_int_equal(parking_count(parking), PLACES);
}

static void a_change_between_looking_and_parking_is_not_lost(void **state) {
    (void)state;
    uint64_t ticket = parking_ticket(parking);
    parking_wake(parking);
    assert_false(parking_enter(parking, &guests[0].parked, ticket));
    assert_false(guests[0].parked.ended);
    assert_int_equal(guests[0].resumed, 0);
    assert_true(parking_enter(parking, &guests[0].parked, parking_ticket(parking)));
}

static void the_longest_waiting_gives_way(void **state) {
    (void)state;
    enter(PLACES + 2);
    for (unsigned i = 0; i < PLACES + 2; i++) {
        assert_int_equal(guests[i].resumed, i < 2);
        assert_true(guests[i].parked.ended == (i < 2));
    }
    assert_int_equal(parking_count(parking), PLACES);
}

static void each_is_answered_at_its_time(void **state) {
    (void)state;
    enter(PLACES);
    parking_sweep(parking, 99);
    assert_int_equal(parking_count(parking), PLACES);
    parking_sweep(parking, 103);
    assert_int_equal(parking_count(parking), PLACES - 4);
    assert_true(guests[3].parked.ended && !guests[4].parked.ended);
}

static void who_has_hung_up_gives_its_place_back(void **state) {
    (void)state;
    enter(PLACES);
    close(ends[1]);
    ends[1] = dup(ends[0]);
    parking_sweep(parking, 0);
    assert_int_equal(parking_count(parking), 0);
    assert_int_equal(guests[0].resumed, 1);
}

static void at_the_end_nobody_is_let_in(void **state) {
    (void)state;
    enter(2);
    parking_end(parking);
    assert_true(guests[1].parked.ended && guests[1].resumed == 1);
    assert_false(parking_enter(parking, &guests[2].parked, parking_ticket(parking)));
    assert_true(guests[2].parked.ended);
}

static void *wake_all(void *context) {
    parking_wake(context);
    return NULL;
}

static void *end_all(void *context) {
    parking_end(context);
    atomic_store(&over, true);
    return NULL;
}

/* The server behind it is stopped next: nobody may be resumed any more. */
static void the_end_waits_for_who_is_being_resumed(void **state) {
    pthread_t waker, ender;
    (void)state;
    sem_init(&begun, 0, 0);
    sem_init(&go_on, 0, 0);
    atomic_store(&over, false);
    guests[0].slow = true;
    enter(2);
    assert_int_equal(pthread_create(&waker, NULL, wake_all, parking), 0);
    sem_wait(&begun);
    assert_int_equal(parking_count(parking), 0);
    assert_int_equal(pthread_create(&ender, NULL, end_all, parking), 0);
    poll(NULL, 0, 50);
    assert_false(atomic_load(&over));
    sem_post(&go_on);
    pthread_join(waker, NULL);
    pthread_join(ender, NULL);
    assert_true(guests[0].resumed == 1 && guests[1].resumed == 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(all_are_taken_out_before_the_first_is_resumed),
        TEST(a_change_between_looking_and_parking_is_not_lost),
        TEST(the_longest_waiting_gives_way),
        TEST(each_is_answered_at_its_time),
        TEST(who_has_hung_up_gives_its_place_back),
        TEST(at_the_end_nobody_is_let_in),
        TEST(the_end_waits_for_who_is_being_resumed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
