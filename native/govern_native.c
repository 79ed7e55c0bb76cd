/* The structural pass over plain entries of a log, compiled.
 *
 * govern.audit.structure is the rule. This does for runs of usual entries what its loop does, in a fifth of the time, and
 * stops in front of any other entry, which the rule then judges. So it may stop as often as it likes; what it passes over,
 * the rule must pass over too, with the same state after it. tests/audit/test_native.py holds both together.
 *
 * Every entry is read by a cursor that knows its end. Nothing is copied, and nothing but the matter's name is allocated.
 * The limited API of CPython 3.11: one build serves every later version.
 */

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

enum {
    LONGEST_TEXT = 11000, /* five such texts fit into an entry */
    LONGEST_NAME = 4001,
    LONGEST_NUMBER = 15, /* digits: every such number is a safe integer, and fits into a long long */
    TIME = 27,           /* 2026-11-24T10:00:00.000000Z */
    DATE = 10,
    DIGEST = 64
};

typedef struct {
    const unsigned char *at;
    const unsigned char *end;
} Cursor;

typedef struct {
    const unsigned char *matter;
    Py_ssize_t matter_length;
    long long previous; /* -1: the first entry of its matter */
    long long sequence;
    const unsigned char *time;
} Reading;

/* The cursor goes past `words`, which have `length` bytes, or says 0. */
static int pass(Cursor *cursor, const char *words, size_t length)
{
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, words, length) != 0)
        return 0;
    cursor->at += length;
    return 1;
}

#define PASS(cursor, words) pass(cursor, words, sizeof(words) - 1)

/* Printable ASCII, no quotation mark, no backslash, up to a quotation mark and past it. */
static int pass_text(Cursor *cursor)
{
    const unsigned char *begin = cursor->at;
    size_t left = (size_t)(cursor->end - begin);
    const unsigned char *stop = memchr(begin, '"', left > LONGEST_TEXT ? LONGEST_TEXT + 1 : left);
    if (stop == NULL || stop == begin)
        return 0;
    unsigned char bad = 0;
    for (const unsigned char *each = begin; each < stop; each++)
        bad |= (unsigned char)(*each < 0x20) | (unsigned char)(*each > 0x7e) | (unsigned char)(*each == '\\');
    cursor->at = stop + 1;
    return !bad;
}

static int is_small(unsigned char byte) { return byte >= 'a' && byte <= 'z'; }
static int is_digit(unsigned char byte) { return byte >= '0' && byte <= '9'; }

/* [a-z][a-z0-9._-]*, up to a quotation mark and past it. */
static int pass_name(Cursor *cursor)
{
    const unsigned char *each = cursor->at, *end = cursor->end;
    if (end - each > LONGEST_NAME + 1)
        end = each + LONGEST_NAME + 1;
    if (each == end || !is_small(*each))
        return 0;
    for (each++; each < end && *each != '"'; each++)
        if (!is_small(*each) && !is_digit(*each) && *each != '.' && *each != '_' && *each != '-')
            return 0;
    if (each == end)
        return 0;
    cursor->at = each + 1;
    return 1;
}

static int pass_digest(Cursor *cursor)
{
    if (cursor->end - cursor->at < DIGEST)
        return 0;
    unsigned char bad = 0;
    for (const unsigned char *each = cursor->at; each < cursor->at + DIGEST; each++)
        bad |= (unsigned char)!(is_digit(*each) | ((*each >= 'a') & (*each <= 'f')));
    cursor->at += DIGEST;
    return !bad;
}

/* A number without leading zeros; it is put into `number`. */
static int pass_number(Cursor *cursor, long long *number)
{
    const unsigned char *begin = cursor->at, *each = begin;
    long long sum = 0;
    for (; each < cursor->end && is_digit(*each); each++) {
        if (each - begin == LONGEST_NUMBER)
            return 0;
        sum = sum * 10 + (*each - '0');
    }
    if (each == begin || (*begin == '0' && each - begin > 1))
        return 0;
    cursor->at = each;
    *number = sum;
    return 1;
}

/* Two digits, at most `most`. */
static int is_pair(const unsigned char *at, int most)
{
    return is_digit(at[0]) && is_digit(at[1]) && (at[0] - '0') * 10 + (at[1] - '0') <= most;
}

/* What follows the date: T10:00:00.000000Z. The date is the caller's to judge. */
static int pass_time(Cursor *cursor)
{
    const unsigned char *at = cursor->at;
    if (cursor->end - at < TIME)
        return 0;
    if (!is_pair(at + 11, 23) || at[13] != ':' || !is_pair(at + 14, 59) || at[16] != ':' || !is_pair(at + 17, 59))
        return 0;
    if (at[19] != '.' || at[26] != 'Z')
        return 0;
    for (int place = 20; place < 26; place++)
        if (!is_digit(at[place]))
            return 0;
    cursor->at += TIME;
    return 1;
}

/* The pattern _PLAIN of govern.audit.structure. */
static int read_plain(Cursor cursor, Reading *reading)
{
    Cursor *at = &cursor;
    if (!PASS(at, "{\"actor\":\"") || !pass_text(at) || !PASS(at, ",\"body\":\"sha256:") || !pass_digest(at))
        return 0;
    if (PASS(at, "\",\"commitments\":{\"")) {
        if (!pass_name(at) || !PASS(at, ":\"sha256:") || !pass_digest(at) || !PASS(at, "\"},\"id\":\""))
            return 0;
    } else if (!PASS(at, "\",\"id\":\""))
        return 0;
    if (!pass_text(at) || !PASS(at, ",\"key_id\":\"") || !pass_text(at))
        return 0;
    if (!PASS(at, ",\"kind\":\"") || !pass_name(at) || !PASS(at, ",\"matter\":\""))
        return 0;
    reading->matter = at->at;
    if (!pass_text(at))
        return 0;
    reading->matter_length = at->at - 1 - reading->matter;
    reading->previous = -1;
    reading->sequence = 0;
    if (PASS(at, ",\"matter_prev\":")) {
        if (!pass_number(at, &reading->previous) || !PASS(at, ",\"matter_seq\":"))
            return 0;
        if (!pass_number(at, &reading->sequence) || reading->sequence == 0)
            return 0;
    } else if (!PASS(at, ",\"matter_seq\":0"))
        return 0;
    if (!PASS(at, ",\"object\":\"") || !pass_text(at) || !PASS(at, ",\"time\":\""))
        return 0;
    reading->time = at->at;
    return pass_time(at) && PASS(at, "\",\"version\":1}") && at->at == at->end;
}

/* Put [index, count] into the list; -1 with an exception if that fails. */
static int set_pair(PyObject *pair, long long index, long long count)
{
    PyObject *first = PyLong_FromLongLong(index), *second = PyLong_FromLongLong(count);
    if (first == NULL || second == NULL) {
        Py_XDECREF(first);
        Py_XDECREF(second);
        return -1;
    }
    int failed = PyList_SetItem(pair, 0, first); /* both references are given away, also where it fails */
    return PyList_SetItem(pair, 1, second) | failed;
}

/* Whether the list is [index, count]; -1 with an exception if it is no list of two such numbers. */
static int is_pair_of(PyObject *pair, long long index, long long count)
{
    PyObject *first = PyList_GetItem(pair, 0), *second = first ? PyList_GetItem(pair, 1) : NULL;
    if (second == NULL)
        return -1;
    long long found = PyLong_AsLongLong(first), counted = found == -1 && PyErr_Occurred() ? -1 : PyLong_AsLongLong(second);
    if (PyErr_Occurred())
        return -1;
    return found == index && counted == count;
}

/* Note an entry that is the first of its matter here: (matter, index, index of the one before or None, number). */
static int note_opening(PyObject *openings, PyObject *name, const Reading *reading, long long index)
{
    PyObject *opening = reading->previous < 0 ? Py_BuildValue("(OLOL)", name, index, Py_None, reading->sequence)
                                              : Py_BuildValue("(OLLL)", name, index, reading->previous, reading->sequence);
    int failed = opening == NULL || PyList_Append(openings, opening) < 0;
    Py_XDECREF(opening);
    return failed ? -1 : 0;
}

/* Whether the entry continues its matter, which then knows of it: 1, 0, or -1 with an exception.
 *
 * What came before the entry number `open_below` is not known: a matter may go on from there, and is noted. */
static int continue_matter(PyObject *matters, const Reading *reading, long long index, long long open_below,
                           PyObject *openings)
{
    PyObject *name = PyBytes_FromStringAndSize((const char *)reading->matter, reading->matter_length);
    if (name == NULL)
        return -1;
    int done = 0;
    PyObject *last = PyDict_GetItemWithError(matters, name); /* borrowed */
    if (last == NULL && PyErr_Occurred())
        done = -1;
    else if (last != NULL && reading->previous >= 0) {
        done = is_pair_of(last, reading->previous, reading->sequence);
        if (done == 1 && set_pair(last, index, reading->sequence + 1) < 0)
            done = -1;
    } else if (last == NULL && reading->previous < (open_below > 0 ? open_below : 0)) {
        PyObject *pair = PyList_New(2);
        if (pair == NULL || set_pair(pair, index, reading->sequence + 1) < 0 || PyDict_SetItem(matters, name, pair) < 0)
            done = -1;
        else
            done = open_below > 0 && note_opening(openings, name, reading, index) < 0 ? -1 : 1;
        Py_XDECREF(pair);
    }
    Py_DECREF(name);
    return done;
}

PyDoc_STRVAR(follow_doc,
             "follow(batch, begin, index, matters, last_time, day_end, open_below, openings) -> (int, bytes)\n\n"
             "How many entries of `batch`, from `begin` on, are plain and continue their matters on one day, and the time of\n"
             "the last of them. `index` is the place of the first in the log; `matters` gives for each matter the list\n"
             "[index of its last entry, how many it has], and is brought up to date. A matter that is not known may begin, or\n"
             "go on from an entry below `open_below`. Where that is not 0, `openings` is given each such entry: (matter, index,\n"
             "index of the one before or None, how many came before).");

static PyObject *follow(PyObject *module, PyObject *arguments)
{
    PyObject *batch, *matters, *last_time, *day_end, *openings;
    Py_ssize_t begin;
    long long index, open_below;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!nLO!SSLO!", &PyList_Type, &batch, &begin, &index, &PyDict_Type, &matters,
                          &last_time, &day_end, &open_below, &PyList_Type, &openings))
        return NULL;
    Py_ssize_t length = PyList_Size(batch), place = begin < 0 ? 0 : begin;
    Py_ssize_t first = place;
    unsigned char last[TIME];
    /* Before the first entry there is no day: the rule takes that one. */
    if (PyBytes_Size(last_time) != TIME || PyBytes_Size(day_end) != DATE + 1)
        return Py_BuildValue("(nO)", (Py_ssize_t)0, last_time);
    memcpy(last, PyBytes_AsString(last_time), TIME);
    const char *day = PyBytes_AsString(day_end);
    for (; place < length; place++, index++) {
        PyObject *entry = PyList_GetItem(batch, place); /* borrowed: nothing below runs code that could drop it */
        char *data;
        Py_ssize_t size;
        Reading reading;
        if (entry == NULL || PyBytes_AsStringAndSize(entry, &data, &size) < 0)
            return NULL;
        Cursor cursor = {(const unsigned char *)data, (const unsigned char *)data + size};
        if (!read_plain(cursor, &reading))
            break;
        if (memcmp(reading.time, last, TIME) < 0 || memcmp(reading.time, day, DATE + 1) >= 0)
            break;
        int done = continue_matter(matters, &reading, index, open_below, openings);
        if (done < 0)
            return NULL;
        if (!done)
            break;
        memcpy(last, reading.time, TIME);
    }
    return Py_BuildValue("(ny#)", place - first, (const char *)last, (Py_ssize_t)TIME);
}

static PyMethodDef methods[] = {{"follow", follow, METH_VARARGS, follow_doc}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "govern_native", "What govern does most often, compiled.", 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_govern_native(void)
{
    PyObject *module = PyModule_Create(&definition);
    /* govern takes no other than the one it knows: raise it with every change of what `follow` takes or gives. */
    if (module != NULL && PyModule_AddIntConstant(module, "INTERFACE", 2) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
