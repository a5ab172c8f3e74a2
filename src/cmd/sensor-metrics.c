/* SPDX-License-Identifier: Apache-2.0 */
/* GET /metrics of a running sensor. The server has threads of its own; what it answers is made by the thread that watches, on request. */
#include <pthread.h>
#include <sys/eventfd.h>

#include "cmd/sensor.h"
#include "net/http-server.h"

enum { WAIT_S = 3, CONNECTIONS = 16, REQUEST_S = 10, IDLE_S = 60, TEXT_MAX = 1 << 20 };

struct SensorMetrics {
    HttpServer *http;
    int fd;                  /* becomes readable when somebody asks */
    pthread_mutex_t lock;
    pthread_cond_t more;
    uint64_t asked, answered; /* numbers of requests and of the last one that `text` is an answer to */
    Buf text;
};

static void serve_metrics(void *userdata, const HttpServed *q, HttpAnswer *a) {
    SensorMetrics *m = userdata;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_S;
    *a = (HttpAnswer) {.status = 503, .content_type = "text/plain; version=0.0.4; charset=utf-8", .body = buf_new(TEXT_MAX)};
    pthread_mutex_lock(&m->lock);
    uint64_t mine = ++m->asked;
    eventfd_write(m->fd, 1);
    int r = 0;
    while (m->answered < mine && r == 0)
        r = pthread_cond_timedwait(&m->more, &m->lock, &until);
    if (m->answered >= mine) {
        a->status = 200;
        buf_str(&a->body, buf_view(&m->text));
    }
    pthread_mutex_unlock(&m->lock);
}

static const HttpRoute routes[] = {
    {.method = "GET", .path = "/metrics", .role = HTTP_ANYONE, .serve = serve_metrics, .doc = "What is counted, for Prometheus"},
    {0},
};

int sensor_metrics_open(const char *address, SensorMetrics **ret, Error *err) {
    SensorMetrics *m = xcalloc(1, sizeof(*m));
    pthread_condattr_t a;
    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    pthread_cond_init(&m->more, &a);
    pthread_condattr_destroy(&a);
    pthread_mutex_init(&m->lock, NULL);
    m->text = buf_new(TEXT_MAX);
    m->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const HttpServerOptions o = {.address = address, .routes = routes, .userdata = m, .threads = 1, .connections = CONNECTIONS, .request_s = REQUEST_S, .idle_s = IDLE_S};
    int r = m->fd < 0 ? error_errno(err, -errno, "eventfd") : http_server_open(&o, &m->http, err);
    if (r < 0) {
        sensor_metrics_free(m);
        return r;
    }
    *ret = m;
    return 0;
}

int sensor_metrics_start(SensorMetrics *m, Error *err) {
    return http_server_start(m->http, err);
}

unsigned sensor_metrics_port(const SensorMetrics *m) {
    return http_server_port(m->http);
}

int sensor_metrics_fd(const SensorMetrics *m) {
    return m->fd;
}

void sensor_metrics_answer(SensorMetrics *m, const SensorView *v) {
    eventfd_t n;
    eventfd_read(m->fd, &n);
    pthread_mutex_lock(&m->lock);
    buf_clear(&m->text);
    sensor_report_metrics(v, &m->text);
    m->answered = m->asked;
    pthread_cond_broadcast(&m->more);
    pthread_mutex_unlock(&m->lock);
}

void sensor_metrics_free(SensorMetrics *m) {
    if (!m)
        return;
    if (m->http) {
        http_server_stop(m->http, 0);
        http_server_free(m->http);
    }
    fd_closep(&m->fd);
    buf_done(&m->text);
    pthread_mutex_destroy(&m->lock);
    pthread_cond_destroy(&m->more);
    free(m);
}
