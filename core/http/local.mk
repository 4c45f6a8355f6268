# HTTP/1 messages and semantics: no sockets, no clocks.
noinst_LIBRARIES += libwayhttp.a
libwayhttp_a_SOURCES = \
	core/http/authority.h core/http/authority.c \
	core/http/buffer.h core/http/buffer.c \
	core/http/cache_control.h core/http/cache_control.c \
	core/http/cache_status.h core/http/cache_status.c \
	core/http/collect.c \
	core/http/date.h core/http/date.c \
	core/http/error.h core/http/error.c \
	core/http/fields.h core/http/fields.c \
	core/http/first_bytes.h core/http/first_bytes.c \
	core/http/framing.c \
	core/http/head.h core/http/head.c \
	core/http/message.h core/http/message.c \
	core/http/parser.h core/http/parser.c \
	core/http/second.h core/http/second.c \
	core/http/text.h core/http/text.c \
	core/http/write.h core/http/write.c
libwayhttp_a_CFLAGS = $(AM_CFLAGS) $(LLHTTP_CFLAGS)
libwayhttp_a_LIBADD =

# Where the distribution has no library of llhttp, its sources are compiled
# from where they lie: strict, and without our warnings, which are not theirs.
if LLHTTP_SOURCES
llhttp_objects = core/http/llhttp-llhttp.$(OBJEXT) core/http/llhttp-api.$(OBJEXT) \
	core/http/llhttp-http.$(OBJEXT)
llhttp_compile = $(MKDIR_P) core/http && \
	$(CC) $(CPPFLAGS) $(LLHTTP_CFLAGS) -DLLHTTP_STRICT_MODE=1 $(STD_CFLAGS) $(CFLAGS) \
	$(SANITIZE_FLAGS) $(FUZZ_FLAGS) -w -c -o $@
libwayhttp_a_LIBADD += $(llhttp_objects)
CLEANFILES += $(llhttp_objects)

core/http/llhttp-llhttp.$(OBJEXT): $(LLHTTP_SRCDIR)/llhttp.c
	$(AM_V_CC)$(llhttp_compile) $(LLHTTP_SRCDIR)/llhttp.c
core/http/llhttp-api.$(OBJEXT): $(LLHTTP_SRCDIR)/api.c
	$(AM_V_CC)$(llhttp_compile) $(LLHTTP_SRCDIR)/api.c
core/http/llhttp-http.$(OBJEXT): $(LLHTTP_SRCDIR)/http.c
	$(AM_V_CC)$(llhttp_compile) $(LLHTTP_SRCDIR)/http.c
endif

# Its tests.
check_LIBRARIES += libwayhttptest.a
libwayhttptest_a_SOURCES = tests/unit/http_cases.h tests/unit/http_cases.c \
	tests/unit/http_made.h tests/unit/http_made.c \
	tests/unit/http_transcript.h tests/unit/http_transcript.c

http_tests = test-http-first-bytes test-http-request test-http-smuggling test-http-response \
	test-http-values test-http-write
http_test_libs = libwayhttptest.a libwaytest.a libwayhttp.a $(LLHTTP_LIBS) $(CUNIT_LIBS)
check_PROGRAMS += $(http_tests)
TESTS += $(http_tests)
test_http_first_bytes_SOURCES = tests/unit/test-http-first-bytes.c
test_http_first_bytes_LDADD = $(http_test_libs)
test_http_request_SOURCES = tests/unit/test-http-request.c
test_http_request_LDADD = $(http_test_libs)
test_http_smuggling_SOURCES = tests/unit/test-http-smuggling.c
test_http_smuggling_LDADD = $(http_test_libs)
test_http_response_SOURCES = tests/unit/test-http-response.c
test_http_response_LDADD = $(http_test_libs)
test_http_values_SOURCES = tests/unit/test-http-values.c
test_http_values_LDADD = $(http_test_libs)
test_http_write_SOURCES = tests/unit/test-http-write.c
test_http_write_LDADD = $(http_test_libs)
