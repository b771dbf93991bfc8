/* The threads that compute one forward pass together: who takes which rows, and where they meet.
 * Beside forward.c. Every thread runs the same code on its own share, so no sum depends on their number.
 * Knows no model. In a build without shared memory a team has one member, and meeting costs nothing. */
#include "team.h"

#ifdef __wasm_atomics__

/* Some 300 microseconds: to sleep and be woken costs 50, and so do the others' shares of a large layer. */
enum { SPINS = 500000 };

/* Returns when *value is no longer `old`: looks often at first, then sleeps. */
static void await_change(uint32_t *value, uint32_t old) {
  for (int i = 0; i < SPINS; i++) {
    if (__atomic_load_n(value, __ATOMIC_ACQUIRE) != old) return;
  }
  while (__atomic_load_n(value, __ATOMIC_ACQUIRE) == old) {
    __builtin_wasm_memory_atomic_wait32((int *)value, (int)old, -1);
  }
}

static void change(uint32_t *value) {
  __atomic_fetch_add(value, 1, __ATOMIC_RELEASE);
  __builtin_wasm_memory_atomic_notify((int *)value, UINT32_MAX);
}

void ls_team_meet(ls_team *team) {
  if (team->count == 1) return;
  const uint32_t met = __atomic_load_n(&team->met, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&team->arrived, 1, __ATOMIC_ACQ_REL) == team->count) {
    __atomic_store_n(&team->arrived, 0, __ATOMIC_RELAXED);
    change(&team->met);
  } else {
    await_change(&team->met, met);
  }
}

void ls_team_run(ls_team *team, void (*work)(void *with, uint32_t thread), void *with) {
  team->work = work;
  team->with = with;
  if (team->count > 1) change(&team->jobs);
  work(with, 0);
}

void ls_team_help(ls_team *team, uint32_t thread) {
  for (uint32_t done = 0;; done++) {
    await_change(&team->jobs, done);
    if (thread < team->count) team->work(team->with, thread);
  }
}

#else

void ls_team_meet(ls_team *team) { (void)team; }

void ls_team_run(ls_team *team, void (*work)(void *with, uint32_t thread), void *with) {
  (void)team;
  work(with, 0);
}

#endif
