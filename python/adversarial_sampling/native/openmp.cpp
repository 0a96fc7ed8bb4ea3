#include "openmp.h"

#include "pool.h"
#include "team.h"

// A function takes the original's place only for members of a team of ours. Elsewhere there may be a region of the
// original's: what ran when we took over, and what other libraries run.
namespace {

struct Member {
    Team* team;
    int number;
    bool inside;                   // a region of several members, this or one around it
    unsigned constructs, singles;  // that it has come to
    long first, last;              // the iterations that it is at
};
thread_local Member member{};

using Region = void (*)(void*);

// The originals.
void (*parallel)(Region, void*, unsigned, unsigned);
void (*barrier)();
bool (*single_start)();
bool (*loop_start)(long, long, long, long, long*, long*);
bool (*loop_next)(long*, long*);
bool (*ordered_loop_start)(long, long, long, long, long*, long*);
bool (*ordered_loop_next)(long*, long*);
void (*loop_end)();
void (*loop_end_nowait)();
void (*ordered_start)();
void (*ordered_end)();
unsigned (*sections_start)(unsigned);
unsigned (*sections_next)();
void (*sections_end_nowait)();
int (*max_threads)();
int (*thread_num)();
int (*num_threads)();
int (*in_parallel)();

int our_in_parallel() { return member.team ? member.inside : in_parallel(); }

struct Call {
    Region region;
    void* data;
    Team* team;
    bool inside;
};

void run_member(const void* of, int number, int) {
    const Call& call = *static_cast<const Call*>(of);
    const Member outer = member;
    member = {call.team, number, call.inside, 0, 0, 0, 0};
    call.region(call.data);
    member = outer;
}

void our_parallel(Region region, void* data, unsigned asked, unsigned flags) {
    const bool inside = our_in_parallel() != 0;
    const int count = inside ? 1 : asked > 0 ? int(asked) : max_threads();
    Team team(count);
    const Call call{region, data, &team, inside || count > 1};
    // Where the number of threads was asked for, a library other than ATen may let its members wait for one another.
    if (!Pool::instance().run({run_member, &call, count, count, asked > 0})) parallel(region, data, asked, flags);
}

void our_barrier() { member.team ? member.team->barrier() : barrier(); }
bool our_single_start() { return member.team ? member.team->first(member.singles++) : single_start(); }

bool take() { return member.team->take(member.constructs, member.first, member.last); }

void enter(long start, long end, long step, long chunk) {
    member.team->enter(member.constructs, {start, step * chunk, end, start, member.team->count});
}

bool tell(bool taken, long* first, long* last) {
    if (taken) *first = member.first, *last = member.last;
    return taken;
}

bool our_loop_start(long start, long end, long step, long chunk, long* first, long* last) {
    if (!member.team) return loop_start(start, end, step, chunk, first, last);
    enter(start, end, step, chunk);
    return tell(take(), first, last);
}
bool our_loop_next(long* first, long* last) { return member.team ? tell(take(), first, last) : loop_next(first, last); }

bool our_ordered_loop_start(long start, long end, long step, long chunk, long* first, long* last) {
    if (!member.team) return ordered_loop_start(start, end, step, chunk, first, last);
    enter(start, end, step, chunk);
    return tell(take(), first, last);
}
bool our_ordered_loop_next(long* first, long* last) {
    if (!member.team) return ordered_loop_next(first, last);
    member.team->wait_for_turn(member.constructs, member.first);
    member.team->pass_turn(member.constructs, member.last);
    return tell(take(), first, last);
}
void our_ordered_start() {
    member.team ? member.team->wait_for_turn(member.constructs, member.first) : ordered_start();
}
void our_ordered_end() {
    if (!member.team) ordered_end();
}

void our_loop_end_nowait() { member.team ? member.team->leave(member.constructs++) : loop_end_nowait(); }
void our_loop_end() {
    if (!member.team) return loop_end();
    our_loop_end_nowait();
    our_barrier();
}

// Sections are counted from 1; 0 is none.
unsigned our_sections_next() {
    if (!member.team) return sections_next();
    return take() ? unsigned(member.first) : 0;
}
unsigned our_sections_start(unsigned count) {
    if (!member.team) return sections_start(count);
    enter(1, long(count) + 1, 1, 1);
    return our_sections_next();
}
void our_sections_end_nowait() { member.team ? our_loop_end_nowait() : sections_end_nowait(); }

int our_thread_num() { return member.team ? member.number : thread_num(); }
int our_num_threads() { return member.team ? member.team->count : num_threads(); }

template <class Function>
constexpr Replacement replace(const char* name, Function* ours, Function*& original) {
    return {name, reinterpret_cast<void*>(ours), reinterpret_cast<void**>(&original)};
}
constexpr Replacement stays(const char* name) { return {name, nullptr, nullptr}; }

}  // namespace

const Replacement openmp[] = {
    replace("GOMP_parallel", our_parallel, parallel),
    replace("GOMP_barrier", our_barrier, barrier),
    replace("GOMP_single_start", our_single_start, single_start),
    replace("GOMP_loop_dynamic_start", our_loop_start, loop_start),
    replace("GOMP_loop_dynamic_next", our_loop_next, loop_next),
    replace("GOMP_loop_ordered_dynamic_start", our_ordered_loop_start, ordered_loop_start),
    replace("GOMP_loop_ordered_dynamic_next", our_ordered_loop_next, ordered_loop_next),
    replace("GOMP_loop_end", our_loop_end, loop_end),
    replace("GOMP_loop_end_nowait", our_loop_end_nowait, loop_end_nowait),
    replace("GOMP_ordered_start", our_ordered_start, ordered_start),
    replace("GOMP_ordered_end", our_ordered_end, ordered_end),
    replace("GOMP_sections_start", our_sections_start, sections_start),
    replace("GOMP_sections_next", our_sections_next, sections_next),
    replace("GOMP_sections_end_nowait", our_sections_end_nowait, sections_end_nowait),
    replace("omp_get_thread_num", our_thread_num, thread_num),
    replace("omp_get_num_threads", our_num_threads, num_threads),
    replace("omp_in_parallel", our_in_parallel, in_parallel),
    {"omp_get_max_threads", nullptr, reinterpret_cast<void**>(&max_threads)},
    stays("omp_get_num_procs"),
    stays("omp_set_num_threads"),
    // Locks of the whole process.
    stays("GOMP_atomic_start"),
    stays("GOMP_atomic_end"),
    stays("GOMP_critical_start"),
    stays("GOMP_critical_end"),
    stays("GOMP_critical_name_start"),
    stays("GOMP_critical_name_end"),
    {nullptr, nullptr, nullptr},
};
