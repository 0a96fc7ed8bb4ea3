// Which processors one thread may run on.
#pragma once
#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

class Affinity {
public:
    // Of the thread that calls this.
    void begin() { thread_ = pid_t(syscall(SYS_gettid)); }

    // Called by another thread, where that one runs.
    void keep_off_this_processor() {
        const int processor = sched_getcpu();
        if (processor == kept_off_ || processor < 0) return;
        if (kept_off_ < 0 && sched_getaffinity(thread_, sizeof(own_), &own_) != 0) return;
        cpu_set_t others = own_;
        CPU_CLR(processor, &others);
        if (CPU_COUNT(&others) > 0 && sched_setaffinity(thread_, sizeof(others), &others) == 0) kept_off_ = processor;
    }

    void restore() {
        if (kept_off_ >= 0) sched_setaffinity(thread_, sizeof(own_), &own_);
        kept_off_ = -1;
    }

private:
    pid_t thread_ = 0;
    int kept_off_ = -1;  // of the processors that are its own
    cpu_set_t own_{};
};
#else
class Affinity {
public:
    void begin() {}
    void keep_off_this_processor() {}
    void restore() {}
};
#endif
