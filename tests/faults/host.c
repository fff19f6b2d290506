// Preloaded into a program: what the system around it may be like, as the environment says.
//   FAULTS_LOCALE=1       the process has chosen the locale of its environment
//   FAULTS_CLOCK=1970     it is the first day of 1970
//   FAULTS_THREADS=N      no more than N threads can be begun
//   FAULTS_JOURNAL=FILE   fsync and rename leave a line each
//   FAULTS_NO_FSYNC=1     fsync says that it is done, and does nothing
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

__attribute__((constructor)) static void choose_locale(void) {
  if (getenv("FAULTS_LOCALE") != NULL && setlocale(LC_ALL, "") == NULL) _exit(99);
}

static time_t shifted(time_t now) { return getenv("FAULTS_CLOCK") == NULL ? now : now % 86400; }

int clock_gettime(clockid_t clock, struct timespec* out) {
  static int (*real)(clockid_t, struct timespec*);
  if (real == NULL) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  const int code = real(clock, out);
  if (code == 0 && clock == CLOCK_REALTIME) out->tv_sec = shifted(out->tv_sec);
  return code;
}

time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval* out, void* zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* how, void* (*work)(void*), void* with) {
  static int (*real)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static atomic_int begun;
  const char* const most = getenv("FAULTS_THREADS");
  if (real == NULL) {
    real = (int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*))dlsym(
        RTLD_NEXT, "pthread_create");
  }
  if (most != NULL && atomic_fetch_add(&begun, 1) >= atoi(most)) return EAGAIN;
  return real(thread, how, work, with);
}

static void note(const char* what, const char* of) {
  const char* const journal = getenv("FAULTS_JOURNAL");
  char line[4200];
  if (journal == NULL) return;
  const int size = snprintf(line, sizeof line, "%s %s\n", what, of);
  const int file = open(journal, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file < 0 || write(file, line, (size_t)size) != size) _exit(98);
  close(file);
}

int fsync(int file) {
  static int (*real)(int);
  char link[64], name[4096];
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t size = readlink(link, name, sizeof name - 1);
  name[size < 0 ? 0 : size] = '\0';
  note("fsync", name);
  return getenv("FAULTS_NO_FSYNC") == NULL ? real(file) : 0;
}

int rename(const char* from, const char* to) {
  static int (*real)(const char*, const char*);
  if (real == NULL) real = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  note("rename", to);
  return real(from, to);
}
