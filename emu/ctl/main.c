/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-ctl: asks a program of a run that stands, through its control socket.
 */
#include "config.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/ctl/ask.h"
#include "emu/ctl/standing.h"
#include "emu/ctl/tell.h"
#include "emu/ctl/words.h"

/* Exit codes. */
enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

enum { REAL_DIGITS = 15 }; /* as the answers have them */

struct options {
    const char *run;    /* or NULL */
    const char *socket; /* a path, or NULL */
    bool json, list;
    int count; /* of the words behind the options */
    char **words;
};

static void print_help(void)
{
    puts("usage: waylay-ctl [--run ID] [--json] NAME REQUEST [WORD]... [KEY=VALUE]...\n"
         "       waylay-ctl --socket PATH [--json] REQUEST [WORD]... [KEY=VALUE]...\n"
         "       waylay-ctl --list | --help | --version\n"
         "\n"
         "Asks a program of a run that stands to do something, and prints its answer. NAME is\n"
         "the program's socket, /run/waylay/RUN/NAME.sock inside the run: 'wire' of the links,\n"
         "'runner' of the run itself.\n"
         "\n"
         "  --run ID       the run, where there are several\n"
         "  --socket PATH  this socket, whatever run it belongs to\n"
         "  --list         print the sockets there are: run, name, path\n"
         "  --json         print the answer as it came\n"
         "\n"
         "Requests of 'wire':\n");
    for (size_t i = 0; way_words_help(i); i++)
        printf("  %s\n", way_words_help(i));
    puts("\nRequests of 'runner':\n\n"
         "  ping                                whether it is there\n"
         "  state                               what goes on, and what is next\n"
         "  pause                               what has not begun does not begin\n"
         "  step                                the next step may; then it is paused\n"
         "  resume                              all of it may");
    puts("\nA request may also be written out: '{\"do\": \"set\", \"link\": \"c1-r1\", …}'.\n"
         "\n"
         "  waylay ctl wire set c1-r1 from=c1 delay=20ms loss=1% queue.packets=50\n"
         "  waylay ctl wire set c1-r1 down=true\n"
         "  waylay ctl runner pause\n"
         "\n"
         "Exit code: 0 done, 1 refused (or no answer came), 2 wrong command line, or no such\n"
         "socket.");
}

static int usage(const char *message, const char *argument)
{
    fprintf(stderr, "waylay-ctl: %s%s\nTry 'waylay-ctl --help'.\n", message, argument);
    return EXIT_USAGE;
}

/* What is left of the command line behind the options must fit to them. */
static int check_options(const struct options *options)
{
    if (options->list)
        return options->count ? usage("--list: found a word, expected none: ", options->words[0])
                              : -1;
    if (options->socket && options->run)
        return usage("expected --run or --socket, not both", "");
    if (options->count < (options->socket ? 1 : 2))
        return usage(options->socket ? "expected a REQUEST" : "expected NAME and REQUEST", "");
    return -1;
}

/* Reads the command line. Returns -1 to go on, or the exit code. */
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {{"run", required_argument, NULL, 'r'},
                                          {"socket", required_argument, NULL, 's'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"list", no_argument, NULL, 'l'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'r':
            options->run = optarg;
            break;
        case 's':
            options->socket = optarg;
            break;
        case 'j':
            options->json = true;
            break;
        case 'l':
            options->list = true;
            break;
        case 'h':
            print_help();
            return EXIT_DONE;
        case 'v':
            puts("waylay-ctl " PACKAGE_VERSION);
            return EXIT_DONE;
        default:
            return usage("see above", "");
        }
    }
    options->count = argc - optind;
    options->words = argv + optind;
    return check_options(options);
}

static int print_list(const struct way_standings *standings)
{
    for (size_t i = 0; i < standings->count; i++)
        printf("%s %s %s\n", standings->items[i].run, standings->items[i].name,
               standings->items[i].path);
    return EXIT_DONE;
}

/* Prints a refusal in the words of the command line: without the place in the request as it
 * was sent, and a parameter without the mapping that it was put into. */
static void print_refusal(const char *error)
{
    static const char place[] = "request:", below[] = "key 'to.";
    if (strncmp(error, place, strlen(place)) == 0) {
        error += strlen(place);
        error += strspn(error, "0123456789: ");
    }
    bool inner = strncmp(error, below, strlen(below)) == 0;
    fprintf(stderr, "waylay-ctl: refused: %s%s\n", inner ? "key '" : "",
            inner ? error + strlen(below) : error);
}

/* Prints what was answered; returns the exit code. */
static int print_answer(const struct options *options, json_t *answer)
{
    bool done = json_is_true(json_object_get(answer, "ok"));
    if (options->json) {
        json_dumpf(answer, stdout, JSON_REAL_PRECISION(REAL_DIGITS));
        putchar('\n');
    } else if (!done) {
        const char *error = json_string_value(json_object_get(answer, "error"));
        print_refusal(error ? error : "no reason was given");
    } else {
        json_object_del(answer, "ok");
        json_object_del(answer, "time");
        if (json_object_size(answer) == 0)
            puts("ok");
        way_tell(stdout, answer);
    }
    return done ? EXIT_DONE : EXIT_REFUSED;
}

/* Asks at `path` what the words say; returns the exit code. */
static int ask(const struct options *options, const char *path, int count, char **words)
{
    char error[1024];
    json_t *request = way_words_request(count, words, error, sizeof(error));
    if (!request)
        return usage(error, "");
    json_t *answer = way_ask(path, request, error, sizeof(error));
    json_decref(request);
    if (!answer) {
        fprintf(stderr, "waylay-ctl: %s\n", error);
        return EXIT_REFUSED;
    }
    int code = print_answer(options, answer);
    json_decref(answer);
    return code;
}

/* Finds the socket first. The run that this program is itself a part of comes first. */
static int ask_standing(const struct options *options, const struct way_standings *standings)
{
    char error[1024];
    const char *own = getenv("WAYLAY_RUN");
    const struct way_standing *found = NULL;
    if (!options->run && own)
        found = way_standings_choose(standings, own, options->words[0], error, sizeof(error));
    if (!found)
        found =
            way_standings_choose(standings, options->run, options->words[0], error, sizeof(error));
    if (!found) {
        fprintf(stderr, "waylay-ctl: %s\n", error);
        return EXIT_USAGE;
    }
    return ask(options, found->path, options->count - 1, options->words + 1);
}

int main(int argc, char **argv)
{
    struct options options = {.run = NULL};
    struct way_standings standings;
    int code = read_options(argc, argv, &options);
    if (code >= 0)
        return code;
    if (options.socket)
        return ask(&options, options.socket, options.count, options.words);
    int failed = way_standings_find(&standings);
    if (failed) {
        fprintf(stderr, "waylay-ctl: /proc cannot be read: %s\n", strerror(-failed));
        code = EXIT_REFUSED;
    } else {
        code = options.list ? print_list(&standings) : ask_standing(&options, &standings);
    }
    way_standings_free(&standings);
    return code;
}
