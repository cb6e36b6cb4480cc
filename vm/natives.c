/* natives.c - what only the VM can give to Go: reflect's calls in both directions, code pointers.
 *
 * reflect thinks in gc's ABI0: arguments one after the other in memory, aligned, then from a word boundary
 * on the results. Bytecode has them in slots. reflect.call translates into slots with the callee's
 * BcParams; makeFuncStub and methodValueCall are the code pointers of func values that reflect makes,
 * translate from slots with the func type, and call reflect.callReflect and reflect.callMethod. These two
 * records have windows as wide as the func type says (call_window).
 */
#include <stdlib.h>

#include "vm/vm_priv.h"

/* ---- layouts ---- */
/* where the next value goes, in memory and in slots */
typedef struct Layout { u64 offset; u32 slot; } Layout;

static void layout_next(Layout *at, u64 align) { at->offset = ALIGN_UP(at->offset, align); }
static void layout_skip(Layout *at, u64 size) {
  at->offset += size;
  at->slot += (u32)((size + 7) / 8);
}

/* The func type of a value made by reflect.MakeFunc or a method value: found through its context
 * (reflect/makefunc.go). */
typedef struct MakeFuncCtxt { /* makeFuncCtxt; makeFuncImpl and methodValue go on behind it */
  FuncRec *fn;
  void *stack;
  u64 arg_len, pad;
  union {
    AbiFuncType *ftyp; /* makeFuncImpl */
    i64 method;        /* methodValue; then its receiver, a reflect.Value */
  };
  AbiType *rcvr_type;
  void *rcvr_ptr;
} MakeFuncCtxt;

static SNAPSHOT FuncRec *rec_make_func, *rec_method_value;

static AbiFuncType *method_func_type(const MakeFuncCtxt *c) {
  if (c->rcvr_type->kind == BCK_INTERFACE)
    return type_resolve_off(((AbiInterfaceType *)c->rcvr_type)->methods[c->method].typ);
  return type_resolve_off(abi_uncommon_methods(abi_type_uncommon(c->rcvr_type))[c->method].mtyp);
}
static AbiFuncType *context_type(const FuncRec *rec, const void *ctx) {
  const MakeFuncCtxt *c = ctx;
  return rec == rec_make_func ? c->ftyp : method_func_type(c);
}
static u32 type_slots(AbiType **types, u32 n) {
  u32 slots = 0;
  for (u32 i = 0; i < n; i++) slots += abi_type_slots(types[i]);
  return slots;
}
void call_window(const FuncRec *rec, const void *ctx, u32 *nargs, u32 *nres) {
  *nargs = rec->nargs;
  *nres = rec->nres;
  if (!ctx || (rec != rec_make_func && rec != rec_method_value)) return;
  AbiFuncType *f = context_type(rec, ctx);
  AbiType **types = abi_func_types(f);
  *nargs = type_slots(types, f->in_count);
  *nres = type_slots(types + f->in_count, f->out_count & ~ABI_FUNC_VARIADIC);
}

/* ---- reflect.call(stackArgsType, f, stackArgs, stackArgsSize, stackRetOffset, frameSize, regArgs) ---- */
enum { RC_TYPE, RC_FN, RC_ARGS, RC_SIZE, RC_RET_OFFSET };

static void load_ext(Slot *dst, const u8 *src, u32 size, u8 ext) {
  if (size == 0) return;
  dst[(size - 1) / 8].u = 0;
  memcpy(dst, src, size);
  if (ext == 1 && size < 8) dst->i = (i64)(dst->u << (64 - size * 8)) >> (64 - size * 8);
}
static Status reflect_call_done(G *g, Slot *fp, Slot *results) {
  NativeFrame *n = g->native;
  FuncRec *rec = *(FuncRec **)n->state[RC_FN].p;
  u8 *base = n->state[RC_ARGS].p;
  u64 offset = n->state[RC_RET_OFFSET].u;
  (void)fp;
  if (rec == rec_make_func || rec == rec_method_value) {
    AbiFuncType *f = context_type(rec, n->state[RC_FN].p);
    Layout at = {offset, 0};
    AbiType **types = abi_func_types(f) + f->in_count;
    for (u32 i = 0; i < (f->out_count & ~ABI_FUNC_VARIADIC); i++) {
      layout_next(&at, types[i]->align);
      slot_store(base + at.offset, results + at.slot, types[i]);
      layout_skip(&at, types[i]->size);
    }
    return ST_OK;
  }
  const BcFunc *f = rec->info->fn;
  const LinkedModule *lm = rec->info->mod;
  for (u32 i = 0; i < f->nresults; i++) {
    const BcParam *p = &f->params[f->nparams + i];
    offset = ALIGN_UP(offset, p->align ? p->align : 1);
    slot_store(base + offset, results + p->slot, link_type((LinkedModule *)lm, p->type));
    offset += p->size;
  }
  return ST_OK;
}
static Status reflect_call(G *g, Slot *fp) {
  void *closure = fp[RC_FN].p;
  if (!closure) return panic_rt(g, RT_PANIC_MEM, 0, 0);
  const u8 *base = fp[RC_ARGS].p;
  FuncRec *rec = *(FuncRec **)closure;
  u32 nargs, nres;
  call_window(rec, closure, &nargs, &nres);
  Slot few[32], *args = nargs <= ARRAY_LEN(few) ? few : xmalloc(nargs * sizeof(Slot));
  if (rec == rec_make_func || rec == rec_method_value) {
    AbiFuncType *f = context_type(rec, closure);
    AbiType **types = abi_func_types(f);
    Layout at = {0, 0};
    for (u32 i = 0; i < f->in_count; i++) {
      layout_next(&at, types[i]->align);
      slot_load(args + at.slot, base + at.offset, types[i]);
      layout_skip(&at, types[i]->size);
    }
  } else {
    const BcFunc *f = rec->info->fn;
    u64 offset = 0;
    for (u32 i = 0; i < f->nparams; i++) {
      const BcParam *p = &f->params[i];
      offset = ALIGN_UP(offset, p->align ? p->align : 1);
      load_ext(args + p->slot, base + offset, p->size, p->ext);
      offset += p->size;
    }
  }
  u64 ret_offset = (u32)fp[RC_RET_OFFSET].u;
  NativeFrame *n = native_call(g, fp, closure, args, nargs, reflect_call_done);
  if (args != few) xfree(args);
  n->state[RC_FN].p = closure;
  n->state[RC_ARGS].p = (void *)base;
  n->state[RC_RET_OFFSET].u = ret_offset;
  n->state_ptrs = 1 << RC_FN | 1 << RC_ARGS;
  return ST_CALL;
}

/* ---- func values made by reflect ---- */
static const AbiType *pointer_word(void) {
  static u8 mask[8] = {1};
  static AbiType t = {.size = 8, .ptr_bytes = 8, .align = 8, .field_align = 8, .kind = BCK_UNSAFEPOINTER,
      .gcdata = mask};
  return &t;
}
enum { STUB_STATE_FRAME, STUB_STATE_TYPE, STUB_STATE_RET };

static Status stub_done(G *g, Slot *fp, Slot *results) {
  NativeFrame *n = g->native;
  (void)results;
  AbiFuncType *f = n->state[STUB_STATE_TYPE].p;
  const u8 *frame = n->state[STUB_STATE_FRAME].p;
  AbiType **types = abi_func_types(f) + f->in_count;
  Layout at = {n->state[STUB_STATE_RET].u, 0};
  for (u32 i = 0; i < (f->out_count & ~ABI_FUNC_VARIADIC); i++) {
    layout_next(&at, types[i]->align);
    slot_load(fp + at.slot, frame + at.offset, types[i]);
    layout_skip(&at, types[i]->size);
  }
  return ST_OK;
}
/* Copies the arguments to an ABI0 frame in the heap and calls callee(ctxt, frame, &retValid, &regs). */
static Status stub_call(G *g, Slot *fp, const FuncRec *rec, const char *callee) {
  FuncRec *go = link_func(callee);
  if (!go) go_fatal("reflect's side of a made func value is missing");
  void *ctx = fp[LINK_CTX].p;
  AbiFuncType *f = context_type(rec, ctx);
  AbiType **types = abi_func_types(f);
  Layout at = {0, 0};
  for (u32 i = 0; i < f->in_count; i++) {
    layout_next(&at, types[i]->align);
    layout_skip(&at, types[i]->size);
  }
  u64 ret = ALIGN_UP(at.offset, 8);
  Layout out = {ret, 0};
  for (u32 i = 0; i < (f->out_count & ~ABI_FUNC_VARIADIC); i++) {
    layout_next(&out, types[f->in_count + i]->align);
    layout_skip(&out, types[f->in_count + i]->size);
  }
  u64 size = ALIGN_UP(out.offset, 8);
  u8 *frame = heap_alloc(size + 16, pointer_word()); /* then retValid and the empty RegArgs */
  at = (Layout){0, 0};
  for (u32 i = 0; i < f->in_count; i++) {
    layout_next(&at, types[i]->align);
    slot_store(frame + at.offset, fp + at.slot, types[i]);
    layout_skip(&at, types[i]->size);
  }
  Slot args[4] = {{.p = ctx}, {.p = frame}, {.p = frame + size}, {.p = frame + size + 8}};
  NativeFrame *n = native_call(g, fp, &go->self, args, 4, stub_done);
  n->state[STUB_STATE_FRAME].p = frame;
  n->state[STUB_STATE_TYPE].p = f;
  n->state[STUB_STATE_RET].u = ret;
  n->state_ptrs = 1 << STUB_STATE_FRAME | 1 << STUB_STATE_TYPE;
  return ST_CALL;
}
static Status make_func_stub(G *g, Slot *fp) {
  return stub_call(g, fp, rec_make_func, "reflect.callReflect");
}
static Status method_value_call(G *g, Slot *fp) {
  return stub_call(g, fp, rec_method_value, "reflect.callMethod");
}

/* recover() and Callers look through these, as gc marks them. */
static const char *const wrappers[] = {"reflect.call", "runtime.reflectcall", "reflect.makeFuncStub",
    "reflect.methodValueCall",
                                       "reflect.callReflect", "reflect.callMethod"};
void natives_bind(void) {
  if (rec_method_value) return; /* package reflect is linked */
  for (u32 i = 0; i < ARRAY_LEN(wrappers); i++) {
    FuncRec *rec = link_func(wrappers[i]);
    if (rec) rec->flags |= BCF_WRAPPER;
  }
  rec_make_func = link_func("reflect.makeFuncStub");
  rec_method_value = link_func("reflect.methodValueCall");
  if (rec_make_func) rec_make_func->nslots = MADE_FUNC_SLOTS;
  if (rec_method_value) rec_method_value->nslots = MADE_FUNC_SLOTS;
}

/* FuncPCABI0(f any), FuncPCABIInternal: the code pointer of a func value. */
static Status func_pc(G *g, Slot *fp) {
  (void)g;
  fp[0].u = fp[1].p ? *(u64 *)fp[1].p : 0;
  return ST_OK;
}

/* callDiscard(fn, a, b unsafe.Pointer, n int): finalizers and cleanups, whose results may be wider than any
 * window. */
static Status call_discard_done(G *g, Slot *fp, Slot *results) {
  (void)g;
  (void)fp;
  (void)results;
  return ST_OK;
}
static Status call_discard(G *g, Slot *fp) {
  native_call(g, fp, fp[0].p, fp + 1, (u32)fp[3].u, call_discard_done);
  return ST_CALL;
}

/* getStaticuint64s: numbers that Go code may read but not write; a store faults. */
#define STATIC_4(n) n, n + 1, n + 2, n + 3
#define STATIC_16(n) STATIC_4(n), STATIC_4(n + 4), STATIC_4(n + 8), STATIC_4(n + 12)
#define STATIC_64(n) STATIC_16(n), STATIC_16(n + 16), STATIC_16(n + 32), STATIC_16(n + 48)
static const u64 static_numbers[256] = {STATIC_64(0), STATIC_64(64), STATIC_64(128), STATIC_64(192)};
static Status get_static_numbers(G *g, Slot *fp) {
  (void)g;
  fp[0].p = (void *)static_numbers;
  return ST_OK;
}

const NativeDef vm_natives[] = {
    {"runtime.getStaticuint64s", get_static_numbers},
    {"runtime.callDiscard", call_discard},
    {"reflect.call", reflect_call},
    {"runtime.reflectcall", reflect_call},
    {"reflect.makeFuncStub", make_func_stub},
    {"reflect.methodValueCall", method_value_call},
    {"internal/abi.FuncPCABI0", func_pc},
    {"internal/abi.FuncPCABIInternal", func_pc},
};
const u32 vm_natives_count = ARRAY_LEN(vm_natives);
