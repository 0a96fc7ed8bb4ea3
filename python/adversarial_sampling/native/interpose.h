// Gives functions that a loaded library imports to others of the same names.
#pragma once

struct Replacement {
    const char* name;
    void* ours;       // null: the original stays
    void** original;  // where it is put down; null: nowhere
};

// Replaces them in the library whose path ends so, if it imports GOMP_* and omp_* names, and none that the list, whose
// last has no name, lacks. Answers why not, or null. To be called once for each library.
const char* interpose(const char* library, const Replacement* list);
