// Shape of an .ecs file. It knows settings and blocks, not what they mean: kinds, units, which block may stand where and who may be
// called with a name are the compiler's, so that a typo there is reported in words and not as a syntax error.
// Everything is decided with SLL prediction and nothing is ambiguous; a test over all .ecs text holds that.
parser grammar EcsParser;
options { tokenVocab = EcsLexer; }

file      : topItem* EOF ;
topItem   : item NL ;                              // the lexer has an NL before EOF, and none before a '}'
body      : LBRACE (item (sep item)* COMMA?)? RBRACE ;
sep       : NL | COMMA ;

item      : entry
          | letItem | paramItem | fnItem | typeItem | outputItem
          | importItem | fromItem
          | assertItem | checkItem | useItem | movedItem
          | ifItem | forItem
          ;
entry     : key label* (ASSIGN expr | body)        //  memory = 1 GiB | container app { } | port http = 8080
          | softKey    (ASSIGN expr | body) ;      //  a soft keyword is a setting's name only right before `=` or `{`
key       : IDENT | string ;                       //  "QUEUE_${name}" = … is a computed key
label     : IDENT | string ;

letItem   : KW_LET    IDENT (COLON type)? ASSIGN expr ;
paramItem : KW_PARAM  IDENT COLON type (ASSIGN expr)? where* ;
where     : KW_WHERE expr (COMMA string)? ;
fnItem    : KW_FN     IDENT LPAREN (fnParam (COMMA fnParam)* COMMA?)? RPAREN COLON type ASSIGN expr ;
fnParam   : IDENT COLON type (ASSIGN expr)? ;
typeItem  : KW_TYPE   IDENT ASSIGN type where* ;
outputItem: KW_OUTPUT IDENT COLON type ASSIGN expr ;
importItem: KW_IMPORT string KW_AS IDENT ;
fromItem  : KW_FROM   string KW_IMPORT importName (COMMA importName)* ;
importName: IDENT (KW_AS IDENT)? ;
assertItem: KW_ASSERT expr COMMA string ;
checkItem : KW_CHECK  string KW_FOR IDENT KW_IN expr (KW_IF expr)? body ;
useItem   : KW_USE    expr ;
movedItem : KW_MOVED  address ARROW address ;
address   : addrSeg (DOT addrSeg)* ;
addrSeg   : IDENT (LBRACK string RBRACK)? ;
ifItem    : KW_IF expr body (KW_ELSE KW_IF expr body)* (KW_ELSE body)? ;
forItem   : KW_FOR IDENT (COMMA IDENT)? KW_IN expr (KW_IF expr)? body ;

// ---- expressions: a flat operand/operator list; the AST builder resolves precedence ----
expr      : KW_IF expr KW_THEN expr KW_ELSE expr
          | operand (binop operand)*
          ;
binop     : KW_OR | KW_AND | EQ | NE | LT | LE | GT | GE | KW_IN | PLUS | MINUS | STAR | SLASH | COALESCE | DOTDOT ;
operand   : (KW_NOT | MINUS)* primary postfix* ;
postfix   : (DOT | QDOT) member
          | LBRACK expr RBRACK
          | LPAREN (arg (COMMA arg)* COMMA?)? RPAREN
          ;
member    : IDENT | softKey ;
arg       : expr (ASSIGN expr)? ;                  // f(x, tag = "y"); the builder checks that the left side is a bare name
primary   : NUMBER (IDENT | PERCENT)?              // the unit is checked by name, so typos get suggestions
          | IDENT
          | string
          | KW_TRUE | KW_FALSE | KW_NULL
          | list | object
          | LPAREN expr RPAREN
          ;
list      : LBRACK ( forClause COLON expr
                   | (element (sep element)* COMMA?)? ) RBRACK ;
element   : ELLIPSIS? expr ;
object    : LBRACE ( forClause COLON expr FATARROW expr
                   | (field (sep field)* COMMA?)? ) RBRACE ;
field     : ELLIPSIS expr
          | (IDENT | softKey | string) ASSIGN expr ;
forClause : KW_FOR IDENT (COMMA IDENT)? KW_IN expr (KW_IF expr)? ;

string    : STRING | RAW_STRING | RAW_ML | interp ;
interp    : DQ_OPEN (DQ_TEXT | INTERP_OPEN expr RBRACE)* (DQ_CLOSE | UNTERMINATED)
          | ML_OPEN (ML_TEXT | INTERP_OPEN expr RBRACE)* ML_CLOSE
          ;

// ---- types ----
type      : typeAtom (PIPE typeAtom)* ;
typeAtom  : ( IDENT (DOT IDENT)? (LPAREN typeArg (COMMA typeArg)* RPAREN)?
            | string | NUMBER
            | LBRACE (typeField (sep typeField)* COMMA?)? RBRACE
            | LPAREN type RPAREN
            ) QUESTION? ;
typeArg   : type | bound? DOTDOT bound? ;
bound     : MINUS? NUMBER (IDENT | PERCENT)? ;
typeField : (IDENT | softKey) COLON type (ASSIGN expr)? where* ;

softKey   : KW_LET|KW_PARAM|KW_FN|KW_TYPE|KW_IMPORT|KW_FROM|KW_AS|KW_OUTPUT|KW_ASSERT|KW_CHECK|KW_USE|KW_MOVED ;
