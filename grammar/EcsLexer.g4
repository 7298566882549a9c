// Tokens of the .ecs language. The lexer never reports: whatever is wrong is a token (BAD_CHAR, UNTERMINATED, …_UNCLOSED) and is
// reported by compiler/syntax in the user's words.
lexer grammar EcsLexer;
options { superClass = EcsLexerBase; }   // the newline rule and a safe popMode
@lexer::postinclude { #include "grammar/EcsLexerBase.h" }
channels { COMMENTS, DOCS }

// ---- between tokens ----------------------------------------------------
WS       : [ \t\u000C]+                  -> skip ;
DOC      : '##' ~[\r\n]*                 -> channel(DOCS) ;
COMMENT  : '#'  (~[#\r\n] ~[\r\n]*)?     -> channel(COMMENTS) ;
NL       : '\r'? '\n' ;                  // the base class hides those that do not end an item

// ---- keywords: 24; `softKey` in the parser lists those that may name a setting ----
KW_LET:'let'; KW_PARAM:'param'; KW_FN:'fn'; KW_TYPE:'type'; KW_IMPORT:'import'; KW_FROM:'from';
KW_AS:'as'; KW_OUTPUT:'output'; KW_ASSERT:'assert'; KW_CHECK:'check'; KW_USE:'use'; KW_MOVED:'moved';
KW_WHERE:'where'; KW_IF:'if'; KW_THEN:'then'; KW_ELSE:'else'; KW_FOR:'for'; KW_IN:'in';
KW_AND:'and'; KW_OR:'or'; KW_NOT:'not'; KW_TRUE:'true'; KW_FALSE:'false'; KW_NULL:'null';

IDENT    : [A-Za-z_] [A-Za-z0-9_]* ;
NUMBER   : [0-9] [0-9_]* ('.' [0-9]+)? ;          // a unit is the next token: 512 MiB, 30s, 80%

// ---- strings: a plain one is ONE token; modes only where `${` occurs ----
STRING      : '"' PLAIN* '"' ;
DQ_OPEN     : '"'        -> pushMode(DQ) ;        // interpolated or unterminated
ML_OPEN     : '"""'      -> pushMode(ML) ;
RAW_ML      : 'r"""' .*? '"""' ;
RAW_STRING  : 'r"' ~["\r\n]* '"' ;
RAW_ML_UNCLOSED : 'r"""' ;                        // shorter than RAW_ML, so only where no `"""` follows
RAW_UNCLOSED    : 'r"' ~["\r\n]* ;
fragment PLAIN : ~["\\$\r\n] | ESC | '$' { _input->LA(1) != '{' }? ;
fragment ESC   : '\\' ~[\r\n] ;

// ---- punctuation -------------------------------------------------------
LBRACE : '{' -> pushMode(DEFAULT_MODE) ;          // so that `}` closes either a block or `${`
RBRACE : '}' -> popMode ;
LPAREN:'('; RPAREN:')'; LBRACK:'['; RBRACK:']';
ARROW:'->'; FATARROW:'=>'; ELLIPSIS:'...'; DOTDOT:'..'; QDOT:'?.'; COALESCE:'??';
EQ:'=='; NE:'!='; LE:'<='; GE:'>='; LT:'<'; GT:'>'; ASSIGN:'='; COLON:':'; COMMA:','; DOT:'.';
PLUS:'+'; MINUS:'-'; STAR:'*'; SLASH:'/'; PERCENT:'%'; PIPE:'|'; QUESTION:'?';
BAD_CHAR : . ;

mode DQ;
DQ_TEXT   : (~["\\$\r\n] | ESC | '$' { _input->LA(1) != '{' }? )+ ;
DQ_INTERP : '${'     -> type(INTERP_OPEN), pushMode(DEFAULT_MODE) ;
DQ_CLOSE  : '"'      -> popMode ;
UNTERMINATED : '\r'? '\n' -> popMode ;            // the string ends with its line, and lexing goes on
DQ_REST   : .        -> type(DQ_TEXT) ;           // a `\` at the end of the line

mode ML;
ML_TEXT   : (~["\\$] | '\\' . | '$' { _input->LA(1) != '{' }? | '"' { !(_input->LA(1)=='"' && _input->LA(2)=='"') }? )+ ;
INTERP_OPEN : '${'   -> pushMode(DEFAULT_MODE) ;
ML_CLOSE  : '"""'    -> popMode ;
ML_REST   : .        -> type(ML_TEXT) ;           // a `\` at the end of the file
