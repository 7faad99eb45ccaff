/* A stand-in for NVIDIA's management library: the calls that nixml makes, answered and broken as a scenario file says.
 *
 * NVML_STANDIN names a text file of `key = value` lines. Values for one card end in its number (`name.1`) and win over the plain
 * ones; `\xHH` stands for a byte. A fault is `WHAT.CALL` or `WHAT.CALL.CARD`, CALL one of init driver cuda count handle name pci
 * compute memory mig virtualization shutdown, WHAT one of
 *   code    return this number
 *   sleep   wait so many milliseconds
 *   hang    wait for ever; `blocked` the same with every signal blocked
 *   touch   create this file (on a frozen disk: hang inside the kernel)
 *   crash   `segv`, `abort` or `exit` (with code 0)
 *   print   write this to standard output and standard error
 *   flood   write so many bytes to both
 *   inject  write this to every open file from number 3 on, and exit with code 0
 * `pid = FILE` notes the process. Compiled with -DWITHOUT_MEMORY or -DWITHOUT_NAME, that call does not exist.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct card *nvmlDevice_t;
struct card { unsigned index; };
typedef struct { char legacy[16]; unsigned domain, bus, device, id, subsystem; char address[32]; } pci_t;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } memory_t;
_Static_assert(sizeof(pci_t) == 68 && sizeof(memory_t) == 40, "as nvml.h says");

#define CARDS 64
static struct card cards[CARDS];
static char scenario[1 << 16];

static void load(void) {
    if (scenario[0]) return;
    const char *path = getenv("NVML_STANDIN");
    int file = path ? open(path, O_RDONLY) : -1;
    ssize_t size = file < 0 ? 0 : read(file, scenario + 1, sizeof scenario - 2);
    scenario[0] = '\n';
    scenario[1 + (size > 0 ? size : 0)] = 0;
    if (file >= 0) close(file);
}

/* The value of `key`, decoded; NULL when the scenario has none. */
static char *value(const char *key) {
    static char out[8192];
    char line[160];
    load();
    snprintf(line, sizeof line, "\n%s = ", key);
    char *at = strstr(scenario, line);
    if (!at) return NULL;
    at += strlen(line);
    size_t n = 0;
    while (*at && *at != '\n' && n + 1 < sizeof out) {
        if (at[0] == '\\' && at[1] == 'x') {
            char hex[3] = {at[2], at[3], 0};
            out[n++] = (char)strtoul(hex, NULL, 16);
            at += 4;
        } else {
            out[n++] = *at++;
        }
    }
    out[n] = 0;
    return out;
}

/* `what.call.card`, else `what.call`. */
static char *setting(const char *what, int card) {
    char key[120];
    if (card >= 0) {
        snprintf(key, sizeof key, "%s.%d", what, card);
        char *found = value(key);
        if (found) return found;
    }
    return value(what);
}

static char *fault(const char *what, const char *call, int card) {
    char key[100];
    snprintf(key, sizeof key, "%s.%s", what, call);
    return setting(key, card);
}

static void all(const char *text, size_t size) {
    if (write(1, text, size) < 0 || write(2, text, size) < 0) return;
}

/* Does what the scenario wants in this call; its return code. */
static int enter(const char *call, int card) {
    char *text;
    static int noted;
    /* Once: a process that is stopped in the middle of a later call would leave the file empty. */
    if (!noted++ && (text = value("pid"))) {
        FILE *file = fopen(text, "w");
        if (file) { fprintf(file, "%d\n", (int)getpid()); fclose(file); }
    }
    if ((text = fault("print", call, card))) all(text, strlen(text));
    if ((text = fault("flood", call, card))) {
        static char block[65536];
        memset(block, 'x', sizeof block);
        for (long left = atol(text); left > 0; left -= (long)sizeof block) all(block, sizeof block);
    }
    if ((text = fault("inject", call, card))) {
        for (int fd = 3; fd < 64; fd++) if (write(fd, text, strlen(text)) < 0) continue;
        _exit(0);
    }
    if ((text = fault("touch", call, card))) {
        int file = open(text, O_CREAT | O_WRONLY, 0600);
        if (file >= 0) close(file);
    }
    if ((text = fault("sleep", call, card))) usleep((useconds_t)atol(text) * 1000);
    if (fault("blocked", call, card)) {
        sigset_t every;
        sigfillset(&every);
        sigprocmask(SIG_BLOCK, &every, NULL);
        for (;;) pause();
    }
    if (fault("hang", call, card)) for (;;) pause();
    if ((text = fault("crash", call, card))) {
        if (text[0] == 's') *(volatile int *)0 = 1;
        if (text[0] == 'a') abort();
        exit(0);
    }
    text = fault("code", call, card);
    return text ? atoi(text) : 0;
}

static int index_of(nvmlDevice_t device) {
    for (int n = 0; n < CARDS; n++) if (device == &cards[n]) return n;
    return -1;
}

#define BEGIN(call, card) int code = enter(call, card); if (code) return code
#define BEGIN_CARD(call) int card = index_of(device); if (card < 0) return 2; BEGIN(call, card)

static int put(const char *text, const char *otherwise, char *into, unsigned size) {
    if (!text) text = otherwise;
    if (!strncmp(text, "no-end:", 7)) { memset(into, text[7] ? text[7] : 'A', size); return 0; }
    if (strlen(text) + 1 > size) { memcpy(into, text, size - 1); into[size - 1] = 0; return 0; }
    strcpy(into, text);
    return 0;
}

int nvmlInit_v2(void) { BEGIN("init", -1); return 0; }
int nvmlInitWithFlags(unsigned flags) { (void)flags; return nvmlInit_v2(); }
int nvmlShutdown(void) { BEGIN("shutdown", -1); return 0; }
const char *nvmlErrorString(int code) { (void)code; return "stand-in"; }

int nvmlSystemGetDriverVersion(char *into, unsigned size) { BEGIN("driver", -1); return put(value("driver"), "550.163.01", into, size); }
int nvmlSystemGetNVMLVersion(char *into, unsigned size) { return put(value("nvml"), "12.550.163.01", into, size); }
int nvmlSystemGetCudaDriverVersion_v2(int *into) { BEGIN("cuda", -1); char *text = value("cuda"); *into = text ? atoi(text) : 12040; return 0; }
int nvmlDeviceGetCount_v2(unsigned *into) { BEGIN("count", -1); char *text = value("count"); *into = text ? (unsigned)strtoul(text, NULL, 10) : 1; return 0; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t *into) {
    BEGIN("handle", (int)index);
    if (index >= CARDS) return 6;
    *into = &cards[index];
    return 0;
}

#ifndef WITHOUT_NAME
int nvmlDeviceGetName(nvmlDevice_t device, char *into, unsigned size) { BEGIN_CARD("name"); return put(setting("name", card), "NVIDIA T4", into, size); }
#endif

int nvmlDeviceGetUUID(nvmlDevice_t device, char *into, unsigned size) { BEGIN_CARD("uuid"); return put("GPU-4cf8db2d-06c0-7d70-1a51-e59b25b2c16c", NULL, into, size); }

int nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, pci_t *into) {
    BEGIN_CARD("pci");
    char address[64];
    snprintf(address, sizeof address, "00000000:%02X:00.0", card + 1);
    memset(into, 0, sizeof *into);
    put(setting("pci", card), address, into->address, sizeof into->address);
    char *id = setting("id", card);
    into->id = id ? (unsigned)strtoul(id, NULL, 16) : 0x1eb810de;
    return 0;
}

int nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor) {
    BEGIN_CARD("compute");
    char *text = setting("compute", card);
    if (sscanf(text ? text : "7.5", "%d.%d", major, minor) != 2) return 999;
    return 0;
}

#ifndef WITHOUT_MEMORY
int nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, memory_t *into) {
    BEGIN_CARD("memory");
    if (into->version != (sizeof *into | 2u << 24)) return 25;
    char *text = setting("memory", card);
    into->total = text ? strtoull(text, NULL, 10) : 17179869184ull;
    into->reserved = into->used = 0;
    into->free = into->total;
    return 0;
}
#endif

int nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned *current, unsigned *pending) {
    BEGIN_CARD("mig");
    char *text = setting("mig", card);
    if (!text) return 3;
    *current = *pending = (unsigned)atoi(text);
    return 0;
}

int nvmlDeviceGetVirtualizationMode(nvmlDevice_t device, unsigned *into) {
    BEGIN_CARD("virtualization");
    char *text = setting("virtualization", card);
    *into = text ? (unsigned)atoi(text) : 0;
    return 0;
}
