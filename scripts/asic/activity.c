// SPDX-License-Identifier: Apache-2.0
//
// Counts switching activity in a simulation with Icarus Verilog (built by iverilog-vpi).
//
//   $nrc_activity_start(top, clock, "list");  counts from here on
//   $nrc_activity_stop("file");               writes the counts
//
// A line of the list is "CELL PIN": pins of instances of the module CELL directly in `top` are watched;
// the cell * is `top` itself. A line of the file is
//
//   INSTANCE PIN BIT rises_low rises_high falls_low falls_high high
//
// toggles while the clock is low and while it is high, and ticks at 1; the first line is "ticks N".
// Changes from or to X or Z are no toggles.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vpi_user.h>

struct bit {
  uint64_t rises[2], falls[2], high, since;
  int value;  // 0, 1, or 2 for X and Z
};

struct signal {
  struct signal* next;
  char* instance;
  char* pin;
  int width;
  s_vpi_value value;
  struct bit bits[];
};

static struct signal* signals;
static int clock_high;
static int counting;
static uint64_t start_time;
static s_vpi_time no_time = {vpiSimTime, 0, 0, 0};
static s_vpi_value clock_value = {vpiScalarVal, {0}};

static uint64_t now(void) {
  s_vpi_time t = {vpiSimTime, 0, 0, 0};
  vpi_get_time(NULL, &t);
  return ((uint64_t)t.high << 32) | t.low;
}

static void* allocate(size_t size) {
  void* memory = calloc(1, size);
  if (!memory) {
    vpi_printf("FAIL: activity: out of memory\n");
    exit(1);
  }
  return memory;
}

static char* copy(const char* text) {
  char* result = allocate(strlen(text) + 1);
  return strcpy(result, text);
}

static int value_of(const s_vpi_value* v, int i) {
  if (v->format == vpiScalarVal) {
    return v->value.scalar == vpi1 ? 1 : v->value.scalar == vpi0 ? 0 : 2;
  }
  const s_vpi_vecval* word = &v->value.vector[i / 32];
  if ((word->bval >> (i % 32)) & 1) return 2;
  return (word->aval >> (i % 32)) & 1;
}

static PLI_INT32 changed(p_cb_data data) {
  struct signal* s = (struct signal*)data->user_data;
  if (!counting) return 0;
  const uint64_t time = ((uint64_t)data->time->high << 32) | data->time->low;
  for (int i = 0; i < s->width; ++i) {
    struct bit* b = &s->bits[i];
    const int value = value_of(data->value, i);
    if (value == b->value) continue;
    if (b->value == 1) b->high += time - b->since;
    if (value == 1 && b->value == 0) ++b->rises[clock_high];
    if (value == 0 && b->value == 1) ++b->falls[clock_high];
    b->value = value;
    b->since = time;
  }
  return 0;
}

static PLI_INT32 clock_changed(p_cb_data data) {
  clock_high = data->value->value.scalar == vpi1;
  return 0;
}

static void watch(vpiHandle net, const char* instance, const char* pin) {
  const int width = vpi_get(vpiSize, net);
  struct signal* s = allocate(sizeof(*s) + (size_t)width * sizeof(struct bit));
  s->instance = copy(instance);
  s->pin = copy(pin);
  s->width = width;
  s->value.format = width == 1 ? vpiScalarVal : vpiVectorVal;
  s->next = signals;
  signals = s;
  s_vpi_value value;
  value.format = s->value.format;
  vpi_get_value(net, &value);
  for (int i = 0; i < width; ++i) {
    s->bits[i].value = value_of(&value, i);
    s->bits[i].since = start_time;
  }
  s_cb_data callback = {cbValueChange, changed, net, &no_time, &s->value, 0, (PLI_BYTE8*)s};
  vpi_register_cb(&callback);
}

static char* text_argument(vpiHandle arguments) {
  vpiHandle argument = vpi_scan(arguments);
  s_vpi_value value;
  value.format = vpiStringVal;
  vpi_get_value(argument, &value);
  return copy(value.value.str);
}

static PLI_INT32 start(PLI_BYTE8* unused) {
  (void)unused;
  vpiHandle call = vpi_handle(vpiSysTfCall, NULL);
  vpiHandle arguments = vpi_iterate(vpiArgument, call);
  vpiHandle top = vpi_scan(arguments);
  vpiHandle clock = vpi_scan(arguments);
  char* name = text_argument(arguments);
  FILE* list = fopen(name, "r");
  if (!list) {
    vpi_printf("FAIL: activity: cannot read %s\n", name);
    exit(1);
  }
  start_time = now();
  char cells[2048][64], pins[2048][64];
  int count = 0;
  while (count < 2048 && fscanf(list, "%63s %63s", cells[count], pins[count]) == 2) ++count;
  fclose(list);
  for (int k = 0; k < count; ++k) {
    if (strcmp(cells[k], "*") != 0) continue;
    vpiHandle net = vpi_handle_by_name(pins[k], top);
    if (net) watch(net, "*", pins[k]);
  }
  vpiHandle children = vpi_iterate(vpiModule, top);
  for (vpiHandle child; children && (child = vpi_scan(children));) {
    char* cell = copy(vpi_get_str(vpiDefName, child));
    char* instance = copy(vpi_get_str(vpiName, child));
    for (int k = 0; k < count; ++k) {
      if (strcmp(cells[k], cell) != 0) continue;
      vpiHandle net = vpi_handle_by_name(pins[k], child);
      if (!net) {
        vpi_printf("FAIL: activity: %s has no pin %s\n", cell, pins[k]);
        exit(1);
      }
      watch(net, instance, pins[k]);
    }
    free(cell);
    free(instance);
  }
  vpi_get_value(clock, &clock_value);
  clock_high = clock_value.value.scalar == vpi1;
  s_cb_data callback = {cbValueChange, clock_changed, clock, &no_time, &clock_value, 0, NULL};
  vpi_register_cb(&callback);
  counting = 1;
  return 0;
}

static PLI_INT32 stop(PLI_BYTE8* unused) {
  (void)unused;
  vpiHandle call = vpi_handle(vpiSysTfCall, NULL);
  char* name = text_argument(vpi_iterate(vpiArgument, call));
  const uint64_t end = now();
  counting = 0;
  FILE* file = fopen(name, "w");
  if (!file) {
    vpi_printf("FAIL: activity: cannot write %s\n", name);
    exit(1);
  }
  fprintf(file, "ticks %llu\n", (unsigned long long)(end - start_time));
  for (struct signal* s = signals; s; s = s->next) {
    for (int i = 0; i < s->width; ++i) {
      struct bit* b = &s->bits[i];
      if (b->value == 1) b->high += end - b->since;
      fprintf(file, "%s %s %d %llu %llu %llu %llu %llu\n", s->instance, s->pin, i,
              (unsigned long long)b->rises[0], (unsigned long long)b->rises[1],
              (unsigned long long)b->falls[0], (unsigned long long)b->falls[1],
              (unsigned long long)b->high);
    }
  }
  fclose(file);
  return 0;
}

static void register_tasks(void) {
  s_vpi_systf_data task = {vpiSysTask, 0, "$nrc_activity_start", start, NULL, NULL, NULL};
  vpi_register_systf(&task);
  task.tfname = "$nrc_activity_stop";
  task.calltf = stop;
  vpi_register_systf(&task);
}

void (*vlog_startup_routines[])(void) = {register_tasks, NULL};
