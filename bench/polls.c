// polls: pages that wait in rooms, each on an HTTP connection of its own that it keeps, polling once a second.
//
// One thread, one epoll loop, loopback only, bounded in time and count. Preflights are left out, as browsers remember them for a day.
//
//   cc -O2 -Wall -o polls polls.c
//   polls --port 8080 --pages 20000 --secs 20 --pid SERVER_PID [--bare PATH]
//
// Two pages share a room; each poll is answered before the page's next one. Prints polls a second, their latency, and of the server CPU time
// (per poll, and as a share of one core) and resident memory: before, with all pages connected, in rooms, and after polling.
// --bare polls PATH instead, without rooms: what a poll costs that decides nothing.
// The server wants ROOMS_PER_MINUTE=0 MAX_ROOMS=0 MAX_ROOMS_PER_NETWORK=0 and MAX_CONNECTIONS above the pages.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PER_SOURCE 6000
typedef struct { int fd, waiting; uint64_t asked; char code[8], id[40]; } page;
static struct { int port, pages, secs; long pid; const char *bare; } o = { 8080, 20000, 20, 0, 0 };
static page *pages;
static uint64_t hist[1 << 16];  // latency in 10 us

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }
static void die(const char *what) { perror(what); exit(1); }

typedef struct { double user, kernel; } cpu_time;
static cpu_time cpu(void) {  // seconds of the server
  char name[64], line[1024]; snprintf(name, sizeof name, "/proc/%ld/stat", o.pid);
  FILE *f = fopen(name, "r"); if (!f) return (cpu_time){ 0, 0 };
  unsigned long u = 0, s = 0;
  if (fgets(line, sizeof line, f)) { char *p = strrchr(line, ')'); if (p) sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s); }
  double ticks = sysconf(_SC_CLK_TCK);
  fclose(f); return (cpu_time){ u / ticks, s / ticks };
}
static long resident(void) {  // kB
  char name[64], line[256]; long kb = 0; snprintf(name, sizeof name, "/proc/%ld/status", o.pid);
  FILE *f = fopen(name, "r"); if (!f) return 0;
  while (fgets(line, sizeof line, f)) if (sscanf(line, "VmRSS: %ld", &kb) == 1) break;
  fclose(f); return kb;
}

static void connect_page(page *p, int i) {
  p->fd = socket(AF_INET, SOCK_STREAM, 0); if (p->fd < 0) die("socket");
  int one = 1; setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002 + i / PER_SOURCE) };
  setsockopt(p->fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
  if (bind(p->fd, (struct sockaddr *)&from, sizeof from)) die("bind");
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(o.port), .sin_addr.s_addr = htonl(0x7f000001) };
  if (connect(p->fd, (struct sockaddr *)&to, sizeof to)) die("connect");
}

static void send_all(page *p, const char *text, int length) {
  if (write(p->fd, text, length) != length) die("write");
  p->asked = now(); p->waiting = 1;
}
// One whole answer; its length, which is over when its body is.
static int receive(page *p, char *buffer, int size) {
  int n = 0;
  for (;;) {
    int got = read(p->fd, buffer + n, size - 1 - n);
    if (got <= 0) { if (got < 0 && errno == EAGAIN) { if (n == 0) return 0; continue; } fprintf(stderr, "closed by the server\n"); exit(1); }
    n += got; buffer[n] = 0;
    char *end = strstr(buffer, "\r\n\r\n"), *length = strcasestr(buffer, "content-length:");
    if (end && length && n >= end + 4 - buffer + atoi(length + 15)) { p->waiting = 0; return n; }
  }
}
static void field(const char *answer, const char *name, char *into, int size) {
  char key[64]; snprintf(key, sizeof key, "\"%s\":\"", name);
  char *at = strstr(answer, key); if (!at) { fprintf(stderr, "no %s in: %s\n", name, answer); exit(1); }
  at += strlen(key); int i = 0; while (at[i] != '"' && i < size - 1) { into[i] = at[i]; i++; } into[i] = 0;
}
static void post(page *p, int i, const char *path, const char *body, char *answer, int size) {
  char text[512];
  int n = snprintf(text, sizeof text, "POST %s HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 20.%d.%d.%d\r\nOrigin: http://localhost:5173\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   path, i >> 16 & 255, i >> 8 & 255, i & 255, strlen(body), body);
  send_all(p, text, n); receive(p, answer, size);
}

int main(int argc, char **argv) {
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!strcmp(argv[i], "--port")) o.port = atoi(argv[i + 1]);
    else if (!strcmp(argv[i], "--pages")) o.pages = atoi(argv[i + 1]);
    else if (!strcmp(argv[i], "--secs")) o.secs = atoi(argv[i + 1]);
    else if (!strcmp(argv[i], "--pid")) o.pid = atol(argv[i + 1]);
    else if (!strcmp(argv[i], "--bare")) o.bare = argv[i + 1];
    else { fprintf(stderr, "unknown %s\n", argv[i]); return 2; }
  }
  if (o.pages < 2 || o.pages > 60000 || o.secs < 1 || o.secs > 600) { fprintf(stderr, "2 to 60000 pages, 1 to 600 s\n"); return 2; }
  pages = calloc(o.pages, sizeof *pages);
  static char answer[1 << 16];
  long before = resident();
  for (int i = 0; i < o.pages; i++) connect_page(&pages[i], i);
  usleep(500000);
  long connected = resident();
  if (!o.bare) for (int i = 0; i + 1 < o.pages; i += 2) {
    char path[64];
    post(&pages[i], i, "/api/rooms", "{\"name\":\"SwiftFox123\"}", answer, sizeof answer);
    field(answer, "roomCode", pages[i].code, 8); field(answer, "participantId", pages[i].id, 40);
    snprintf(path, sizeof path, "/api/rooms/%s/join", pages[i].code);
    post(&pages[i + 1], i + 1, path, "{\"name\":\"BoldSky456\"}", answer, sizeof answer);
    strcpy(pages[i + 1].code, pages[i].code); field(answer, "participantId", pages[i + 1].id, 40);
  }
  long housed = resident();
  int loop = epoll_create1(0);
  for (int i = 0; i < o.pages; i++) {
    fcntl(pages[i].fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = &pages[i] };
    if (epoll_ctl(loop, EPOLL_CTL_ADD, pages[i].fd, &e)) die("epoll_ctl");
  }
  uint64_t begin = now(), end = begin + o.secs * 1000000000ull, sent = 0, answered = 0, late = 0, warm = begin + (uint64_t)(o.secs / 2) * 1000000000ull;
  cpu_time cpu_begin = { 0, 0 }; uint64_t counted_from = 0, counted = 0;
  static struct epoll_event events[512];
  while (now() < end) {
    uint64_t due = (now() - begin) * o.pages / 1000000000ull;
    for (; sent < due; sent++) {
      page *p = &pages[sent % o.pages];
      if (p->waiting) { late++; continue; }
      char text[512]; int i = p - pages, n;
      if (o.bare) n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", o.bare);
      else n = snprintf(text, sizeof text, "GET /api/rooms/%s?participantId=%s HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 20.%d.%d.%d\r\nOrigin: http://localhost:5173\r\nContent-Type: application/json\r\nAccept: */*\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36\r\n\r\n",
                        p->code, p->id, i >> 16 & 255, i >> 8 & 255, i & 255);
      send_all(p, text, n);
    }
    if (!counted_from && now() > warm) { counted_from = now(); cpu_begin = cpu(); counted = answered; memset(hist, 0, sizeof hist); }
    // Not asleep in epoll_wait: each answer would wake it, and the kernel charges that to whoever sent the answer.
    nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    int n = epoll_wait(loop, events, 512, 0);
    for (int k = 0; k < n; k++) {
      page *p = events[k].data.ptr;
      if (receive(p, answer, sizeof answer) == 0) continue;
      if (strncmp(answer, "HTTP/1.1 200", 12)) { fprintf(stderr, "%s\n", answer); return 1; }
      uint64_t us10 = (now() - p->asked) / 10000; hist[us10 < 65535 ? us10 : 65535]++; answered++;
    }
  }
  cpu_time cpu_end = cpu(); double user = cpu_end.user - cpu_begin.user, kernel = cpu_end.kernel - cpu_begin.kernel, secs = (now() - counted_from) / 1e9; uint64_t polls = answered - counted, seen = 0, p50 = 0, p99 = 0;
  for (int i = 0; i < 65536; i++) { seen += hist[i]; if (!p50 && seen * 2 >= polls) p50 = i; if (!p99 && seen * 100 >= polls * 99) p99 = i; }
  printf("polls a second %.0f, late %lu, p50 %.2f ms, p99 %.2f ms\n", polls / secs, (unsigned long)late, p50 / 100.0, p99 / 100.0);
  printf("server CPU %.1f us a poll (%.1f its own, %.1f the kernel's), %.1f %% of a core\n",
         (user + kernel) * 1e6 / polls, user * 1e6 / polls, kernel * 1e6 / polls, (user + kernel) * 100 / secs);
  printf("resident MB: before %.1f, connected %.1f, in rooms %.1f, after %.1f\n", before / 1024.0, connected / 1024.0, housed / 1024.0, resident() / 1024.0);
  return 0;
}
