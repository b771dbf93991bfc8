/* The threads that compute one forward pass together: who takes which rows, and where they meet.
 * Beside forward.c. Every thread runs the same code on its own share, so no sum depends on their number.
 * Knows no model. In a build without shared memory a team has one member, and meeting costs nothing. */
#include "team.h"

#ifdef __wasm_atomics__

/* Some 300 microseconds: to sleep and be woken costs 50, and so do the others' shares of a large layer. */
enum { SPINS = 500000 };

/* Waits until *value is no longer `old`, and returns it: looks often at first, then sleeps. */
static uint32_t await_change(uint32_t *value, uint32_t old) {
  for (int i = 0; i < SPINS; i++) {
    const uint32_t now = __atomic_load_n(value, __ATOMIC_ACQUIRE);
    if (now != old) return now;
  }
  for (;;) {
    const uint32_t now = __atomic_load_n(value, __ATOMIC_ACQUIRE);
    if (now != old) return now;
    __builtin_wasm_memory_atomic_wait32((int *)value, (int)old, -1);
  }
}

static void wake(uint32_t *value) { __builtin_wasm_memory_atomic_notify((int *)value, UINT32_MAX); }

void ls_team_meet(ls_team *team) {
  if (team->count == 1) return;
  const uint32_t met = __atomic_load_n(&team->met, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&team->arrived, 1, __ATOMIC_ACQ_REL) == team->count) {
    __atomic_store_n(&team->arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&team->met, met + 1, __ATOMIC_RELEASE);
    wake(&team->met);
  } else {
    await_change(&team->met, met);
  }
}

/* A job is given out as its number and how many threads do it, in one word: a thread that is left out of some
 * jobs wakes up late, and must not take the next one's count for the last one's. */
enum { COUNT_BITS = 8 };

void ls_team_run(ls_team *team, void (*work)(void *with, uint32_t thread), void *with) {
  team->work = work;
  team->with = with;
  if (team->count > 1) {
    const uint32_t number = (team->job >> COUNT_BITS) + 1;
    __atomic_store_n(&team->job, number << COUNT_BITS | team->count, __ATOMIC_RELEASE);
    wake(&team->job);
  }
  work(with, 0);
}

void ls_team_help(ls_team *team, uint32_t thread) {
  for (uint32_t job = 0;;) {
    job = await_change(&team->job, job);
    if (thread < (job & ((1u << COUNT_BITS) - 1))) team->work(team->with, thread);
  }
}

#else

void ls_team_meet(ls_team *team) { (void)team; }

void ls_team_run(ls_team *team, void (*work)(void *with, uint32_t thread), void *with) {
  (void)team;
  work(with, 0);
}

#endif
