/* profile.c - see profile.h. Records are kept by stack in a hash table that grows; they are never dropped, as in Go.
 * The block profile has waits for channels, locks, groups and conditions; its stack is that of the goroutine that waited,
 * taken when it becomes ready. The mutex profile has the stack of who unlocked. C memory only. */
#include "runtime/profile.h"

#include "runtime/hooks.h"
#include "runtime/rand.h"

typedef struct Record {
  u64 hash;
  u32 n;
  i64 count, ns;
  u64 *pcs;
} Record;
typedef struct Profile {
  VEC(Record) records;
  u32 *index; /* hash table of 1 + position in records */
  u32 size;
} Profile;
static Profile profiles[PROFILE_KINDS];
i64 profile_rate[PROFILE_KINDS];

u32 profile_stack(const G *g, Slot *fp, u64 *pcs, u32 max) {
  FrameIter it;
  u32 n = 0;
  if (fp) {
    it = (FrameIter){.g = g, .fp = fp, .seg = g->seg};
    vm_hooks.frame_next(&it);
  } else if (g->pc) {
    vm_hooks.frame_first(&it, g);
  } else { /* not started: the function itself */
    pcs[0] = (u64)(uintptr_t)g->start_fn;
    return 1;
  }
  for (; it.rec && n < max; vm_hooks.frame_next(&it))
    if (!(it.flags & BCF_WRAPPER)) pcs[n++] = (u64)(uintptr_t)(it.exact ? it.pc + 1 : it.pc);
  return n;
}

/* ---- the table ---- */
static u32 *place(Profile *p, u64 hash, const u64 *pcs, u32 n) {
  for (u32 i = (u32)hash;; i++) {
    u32 *at = &p->index[i & (p->size - 1)];
    if (!*at) return at;
    const Record *r = &p->records.v[*at - 1];
    if (r->hash == hash && r->n == n && !memcmp(r->pcs, pcs, n * sizeof *pcs)) return at;
  }
}
static void grow(Profile *p) {
  p->size = p->size ? p->size * 2 : 64;
  xfree(p->index);
  p->index = xcalloc(p->size, sizeof *p->index);
  for (u32 i = 0; i < p->records.n; i++) {
    const Record *r = &p->records.v[i];
    *place(p, r->hash, r->pcs, r->n) = i + 1;
  }
}
static void add(ProfileKind kind, const u64 *pcs, u32 n, i64 count, i64 ns) {
  Profile *p = &profiles[kind];
  if (p->records.n * 2 >= p->size) grow(p);
  u64 hash = n;
  for (u32 i = 0; i < n; i++) hash = hash_u64(hash ^ pcs[i]);
  u32 *at = place(p, hash, pcs, n);
  if (!*at) {
    Record r = {.hash = hash, .n = n, .pcs = xmalloc((n + 1) * sizeof *pcs)};
    memcpy(r.pcs, pcs, n * sizeof *pcs);
    VEC_PUSH(NULL, &p->records, r);
    *at = p->records.n;
  }
  p->records.v[*at - 1].count += count;
  p->records.v[*at - 1].ns += ns;
}

/* ---- events ---- */
static i64 random_below(i64 n) { return (i64)(((u64)cheaprand() << 31 ^ cheaprand()) % (u64)n); }

static bool is_blocking(WaitReason why) {
  switch (why) {
  case WAIT_CHAN_RECEIVE: case WAIT_CHAN_SEND: case WAIT_SELECT: case WAIT_SEMACQUIRE: case WAIT_SYNC_COND_WAIT:
  case WAIT_SYNC_MUTEX_LOCK: case WAIT_SYNC_RWMUTEX_RLOCK: case WAIT_SYNC_RWMUTEX_LOCK: case WAIT_SYNC_WAITGROUP_WAIT:
    return true;
  default: return false;
  }
}
void profile_park(G *g) { g->blocked_since = is_blocking(g->wait_reason) ? nanotime() : 0; }

void profile_unpark(G *g) {
  i64 rate = profile_rate[PROFILE_BLOCK], since = g->blocked_since;
  g->blocked_since = 0;
  if (g->status != G_WAITING || !since || rate <= 0) return;
  i64 ns = nanotime() - since, count = 1;
  if (ns < rate) { /* a short wait is taken with a chance, and stands for others like it */
    if (ns <= 0 || random_below(rate) > ns) return;
    count = rate / ns;
    ns = rate;
  }
  u64 pcs[PROFILE_DEPTH];
  add(PROFILE_BLOCK, pcs, profile_stack(g, NULL, pcs, PROFILE_DEPTH), count, ns);
}

void profile_mutex(const G *g, Slot *fp, i64 ns) {
  i64 rate = profile_rate[PROFILE_MUTEX];
  if (rate <= 0 || random_below(rate)) return;
  u64 pcs[PROFILE_DEPTH];
  add(PROFILE_MUTEX, pcs, profile_stack(g, fp, pcs, PROFILE_DEPTH), rate, ns * rate);
}

/* ---- reading ---- */
u32 profile_count(ProfileKind kind) { return profiles[kind].records.n; }
u32 profile_read(ProfileKind kind, u32 i, u64 pcs[PROFILE_DEPTH], i64 *count, i64 *ns) {
  const Record *r = &profiles[kind].records.v[i];
  memcpy(pcs, r->pcs, r->n * sizeof *pcs);
  *count = r->count;
  *ns = r->ns;
  return r->n;
}
