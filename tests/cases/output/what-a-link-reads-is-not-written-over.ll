; An output, a report or the log would replace what the link reads, or another of them, perhaps by another name.
;
; run: llvm-as {this} -o member.bc && llvm-ar rcT thin.a member.bc && mkdir dir && llvm-ar rcT dir/outer.a thin.a
; run: echo entry > list && ln -s list link && ln list same && echo '{ global: entry; };' > script
; run: echo '{ entry; };' > dynamic && echo {this} > words && ln -s new dangling
; run: touch old && chmod 6755 old
; link: thin.a {this} -o ./member.bc
; error: usage cannot write ./member.bc: it is a member of a thin archive
; cause: it is the file member.bc
; link: --whole-archive thin.a --log-file member.bc
; error: usage cannot write member.bc: it is a member of a thin archive
; args: --export-symbols list -o link
; error: usage cannot write link: it is a file of arguments
; cause: it is the file list
; args: --export-symbols list --report same
; error: usage cannot write same: it is a file of arguments
; args: --version-script script --report-json script
; error: usage cannot write script: it is a file of arguments
; args: --dynamic-list dynamic --time-trace ./dynamic
; error: usage cannot write ./dynamic: it is a file of arguments
; link: @words --log-file words
; error: usage cannot write words: it is a file of arguments
; link: @words --print-plan --log-file words
; error: usage cannot write words: it is a file of arguments
; args: -o new --report dangling
; error: usage --emit obj and --report are both written to dangling
; cause: new is the same file
; args: --report new --report-json dir/../new
; error: usage --report and --report-json are both written to dir/../new
; args: --why-extract new --time-trace new
; error: usage --why-extract and --time-trace are both written to new
; args: --dump-module made --report made/post-opt.ll
; error: usage --report and --dump-module are both written to made/post-opt.ll
; args: --dump-module new.ll --log-file ./new.ll
; error: usage --dump-module and --log-file are both written to ./new.ll
; args: --emit llvm-ir -o - --report -
; error: usage --emit llvm-ir and --report are both written to standard output
; run: {linker} {this} -o old && stat -c %a old
; view: stdout
; expect: 755
; args: -o /dev/null --report /dev/null --report-json /dev/null
; view: text in words
; expect: this.ll
; view: files
; reject: new

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
