/* The threads that compute one forward pass together: who takes which rows, and where they meet.
 * Beside forward.c. Every thread runs the same code on its own share, so no sum depends on their number.
 * Knows no model. In a build without shared memory a team has one member, and meeting costs nothing. */
#ifndef LS_TEAM_H
#define LS_TEAM_H

#include <stdint.h>

typedef struct ls_team {
  uint32_t count; /* threads, the caller's included */
  void (*work)(void *with, uint32_t thread);
  void *with;
  uint32_t job;     /* the last that was given out; helpers wait for it to change */
  uint32_t arrived; /* at the meeting at hand */
  uint32_t met;     /* meetings so far */
} ls_team;

/* Runs work(with, thread) on every thread, on the caller's as thread 0. Work must end with a meeting. */
void ls_team_run(ls_team *team, void (*work)(void *with, uint32_t thread), void *with);

/* What every other thread does: runs its part of each job, for ever. `thread` is 1 to count - 1. */
void ls_team_help(ls_team *team, uint32_t thread);

/* Waits until all threads are here; what each wrote before, all can read after. */
void ls_team_meet(ls_team *team);

typedef struct ls_range {
  uint32_t from, to;
} ls_range;

/* The thread's share of n items, in whole steps but for the last. */
static inline ls_range ls_share(const ls_team *team, uint32_t thread, uint32_t n, uint32_t step) {
  const uint64_t steps = ((uint64_t)n + step - 1) / step;
  const uint64_t from = steps * thread / team->count * step, to = steps * (thread + 1) / team->count * step;
  return (ls_range){(uint32_t)(from < n ? from : n), (uint32_t)(to < n ? to : n)};
}

#endif
