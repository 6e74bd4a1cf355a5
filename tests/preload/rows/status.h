/* A figure of /proc/self/status in KiB, read without the allocator. */
#pragma once

#include <fcntl.h>

#include "check.h"

static inline long status_kib(const char* name) {
  static char text[8192];
  const int file = open("/proc/self/status", O_RDONLY);
  check(file >= 0);
  const ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  check(length > 0);
  text[length] = '\0';
  const char* found = strstr(text, name);
  check(found && found[strlen(name)] == ':');
  return atol(found + strlen(name) + 1);
}

/* Mappings of this process. */
static inline long mapping_count(void) {
  char text[4096];
  long lines = 0;
  const int file = open("/proc/self/maps", O_RDONLY);
  check(file >= 0);
  for (ssize_t length; (length = read(file, text, sizeof text)) > 0;)
    for (ssize_t i = 0; i < length; ++i) lines += text[i] == '\n';
  close(file);
  return lines;
}
