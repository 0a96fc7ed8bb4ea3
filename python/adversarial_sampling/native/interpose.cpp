#include "interpose.h"

#if defined(__linux__) && defined(__LP64__)
#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

namespace {

thread_local char reason[256];

template <class... Parts>
const char* because(const char* format, Parts... parts) {
    std::snprintf(reason, sizeof(reason), format, parts...);
    return reason;
}

bool ends_with(const char* text, const char* end) {
    const size_t length = std::strlen(text), tail = std::strlen(end);
    return length >= tail && std::strcmp(text + length - tail, end) == 0;
}

// What the dynamic linker has of one library.
class Image {
public:
    // Where the address of an imported function is.
    struct Import {
        const char* name;
        void** place;
    };

    // Of the loaded library whose path ends so.
    static bool find(const char* library, Image& image) {
        struct Search {
            const char* library;
            Image* image;
        } search{library, &image};
        const auto look = [](dl_phdr_info* info, size_t, void* of) {
            Search& sought = *static_cast<Search*>(of);
            if (!ends_with(info->dlpi_name, sought.library)) return 0;
            *sought.image = Image(*info);
            return 1;
        };
        return dl_iterate_phdr(look, &search) != 0;
    }

    std::vector<Import> imports() const {
        std::vector<Import> found;
        for (const Table& table : {procedures_, others_})
            for (size_t i = 0; i < table.bytes / sizeof(ElfW(Rela)); ++i) {
                const ElfW(Rela) & entry = table.entries[i];
                const ElfW(Sym) & symbol = symbols_[ELF64_R_SYM(entry.r_info)];
                if (symbol.st_shndx != SHN_UNDEF || symbol.st_name == 0 || entry.r_addend != 0) continue;
                found.push_back({names_ + symbol.st_name, reinterpret_cast<void**>(base_ + entry.r_offset)});
            }
        return found;
    }

    // Also where the linker has made the place read-only.
    bool write(void** place, void* value) const {
        const uintptr_t at = reinterpret_cast<uintptr_t>(place), page = uintptr_t(sysconf(_SC_PAGESIZE));
        void* const start = reinterpret_cast<void*>(at / page * page);
        const bool sealed = at >= sealed_from_ && at < sealed_to_;
        if (sealed && mprotect(start, page, PROT_READ | PROT_WRITE) != 0) return false;
        __atomic_store_n(place, value, __ATOMIC_RELEASE);
        if (sealed) mprotect(start, page, PROT_READ);
        return true;
    }

    Image() = default;

private:
    struct Table {
        const ElfW(Rela) * entries;
        size_t bytes;
    };
    uintptr_t base_ = 0, sealed_from_ = 0, sealed_to_ = 0;
    const ElfW(Sym) * symbols_ = nullptr;
    const char* names_ = nullptr;
    Table procedures_{}, others_{};

    explicit Image(const dl_phdr_info& info) : base_(info.dlpi_addr) {
        const ElfW(Dyn)* entry = nullptr;
        for (int i = 0; i < info.dlpi_phnum; ++i) {
            const ElfW(Phdr) & part = info.dlpi_phdr[i];
            if (part.p_type == PT_DYNAMIC) entry = reinterpret_cast<const ElfW(Dyn)*>(base_ + part.p_vaddr);
            if (part.p_type == PT_GNU_RELRO)
                sealed_from_ = base_ + part.p_vaddr, sealed_to_ = sealed_from_ + part.p_memsz;
        }
        for (; entry && entry->d_tag != DT_NULL; ++entry) {
            const auto address = entry->d_un.d_ptr;
            if (entry->d_tag == DT_SYMTAB) symbols_ = reinterpret_cast<const ElfW(Sym)*>(address);
            if (entry->d_tag == DT_STRTAB) names_ = reinterpret_cast<const char*>(address);
            if (entry->d_tag == DT_JMPREL) procedures_.entries = reinterpret_cast<const ElfW(Rela)*>(address);
            if (entry->d_tag == DT_PLTRELSZ) procedures_.bytes = address;
            if (entry->d_tag == DT_RELA) others_.entries = reinterpret_cast<const ElfW(Rela)*>(address);
            if (entry->d_tag == DT_RELASZ) others_.bytes = address;
        }
    }
};

const Replacement* known(const Replacement* list, const char* name) {
    for (; list->name != nullptr; ++list)
        if (std::strcmp(list->name, name) == 0) return list;
    return nullptr;
}

}  // namespace

const char* interpose(const char* library, const Replacement* list) {
    Image image;
    if (!Image::find(library, image)) return because("%s is not loaded", library);
    std::vector<Image::Import> imports;
    for (const Image::Import& import : image.imports()) {
        if (std::strncmp(import.name, "GOMP_", 5) != 0 && std::strncmp(import.name, "omp_", 4) != 0) continue;
        if (!known(list, import.name)) return because("%s uses %s, which is not known here", library, import.name);
        imports.push_back(import);
    }
    if (imports.empty()) return because("%s does not use GNU's OpenMP", library);
    for (const Replacement* each = list; each->name != nullptr; ++each)
        if (each->original && !(*each->original = dlsym(RTLD_DEFAULT, each->name)))
            return because("there is no %s", each->name);
    for (const Image::Import& import : imports) {
        void* const ours = known(list, import.name)->ours;
        if (ours && !image.write(import.place, ours)) return because("what %s imports cannot be replaced", library);
    }
    return nullptr;
}
#else
const char* interpose(const char*, const Replacement*) { return "that is for Linux on 64 bits"; }
#endif
