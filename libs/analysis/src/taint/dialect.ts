import type { Language } from '../source/language.js';

/** What a language's text says of where data comes from. */
export interface Dialect {
  /** An expression that reads what a request brought. */
  request: RegExp;
  /** Kinds of nodes that give a value to names. */
  assignments: readonly string[];
  /** Kinds of leaves that are names of variables. */
  names: readonly string[];
  /** Kinds of literals that are texts. */
  texts: readonly string[];
  /** Kinds of texts with data in them, and the kind of that part. */
  templates: Readonly<Record<string, string>>;
  /** The end of a text after which a member of an object stands, where it is not `.`. */
  member?: RegExp;
}

/** Parameters of these kinds carry no text: what a number or a flag is cannot break out of anything. */
export const HARMLESS_TYPE =
  /\b(number|boolean|bool|int|Int|integer|Integer|long|Long|short|byte|double|Double|float|Float|decimal|u?int\d+(_t)?|[iu](8|16|32|64|128|size)|usize|isize|float\d+|UUID|Guid|uuid\.UUID|Date|DateTime|LocalDate|Instant|time\.\w+|size_t|char)\b(?!\s*[*[])/;

/** Parameters that a framework fills from a request. */
export const REQUEST_PARAMETER =
  /@(RequestParam|PathVariable|RequestBody|RequestHeader|CookieValue|QueryParam|PathParam|FormParam|HeaderParam|Query|Param|Body|Headers|Req)\b|\[From(Query|Body|Route|Form|Header)\b|web::(Query|Path|Form|Json)\b|=\s*(Query|Path|Body|Form|Header|Cookie)\(/;

/** The last word of calls that take the danger out of data: they make a number of it, escape it, or check it. */
const CLEANING =
  /escape|filterencode|for_?(html|java|uri|css|xml)|saniti[sz]e|quote|encodeuri|encode_?for|urlencode|url_encode|purif|htmlspecialchars|htmlentities|strip_tags|bindparam|^(number|int|integer|float|bool|boolean|len|count|intval|floatval|to_i|to_f|uuid|atoi|basename|base|getname|getfilename)$|^parse_?(int|float|long|double|uuid|bool|guid)|valueof$|secure_filename|valid|allow|check|safe|digest|^hash|hmac|bcrypt|sizeof|strlen|indexof|randomuuid|literal|mogrify|parameteri|nonce|mapped|lookup/i;
const CLEANING_MODULE = /(^|\.)(strconv|[sS]chema|validator|z|shlex)\.\w+$/;

/** Whether what a call returns is harmless whatever goes in, as far as its name tells. */
export const isCleaner = (name: string): boolean => CLEANING.test(/\w*[!?]?$/.exec(name)![0]) || CLEANING_MODULE.test(name);

/** Formats a text from parts. */
export const FORMATTER =
  /(^|[.:>])(format|sprintf|Sprintf|Sprint|Sprintln|vsprintf|join|Join|concat|Concat|implode|strcat|append|plus|Format|formatted|asprintf|format!)$/;

const ECMASCRIPT: Dialect = {
  request:
    /\b(req|request|ctx|context|event|c)\s*(\.req(uest)?)?\.(query|body|params|headers|cookies|originalUrl|rawBody|files?|queryStringParameters|pathParameters)\b|\b(req|request)\.(url|param\(|get\(|header\(|hostname)|\blocation\.(hash|search|href)\b|\bdocument\.(cookie|referrer|URL|documentURI)\b|\b(searchParams|URLSearchParams\([^)]*\))\.get\(/,
  assignments: ['variable_declarator', 'assignment_expression', 'augmented_assignment_expression', 'for_in_statement'],
  names: ['identifier', 'shorthand_property_identifier', 'shorthand_property_identifier_pattern'],
  texts: ['string', 'template_string'],
  templates: { template_string: 'template_substitution' },
};

const JAVA_REQUEST =
  /\.(getParameter(Values|Map)?|getHeaders?|getQueryString|getCookies|getPathInfo|getRequestURI|getRequestURL|getPart)\(|\b(request|req)\.(getInputStream|getReader)\(|\bcall\.(parameters|request\.queryParameters|receive(Text)?)\b/;

const C: Dialect = {
  request: /\bgetenv\s*\(\s*"(QUERY_STRING|REQUEST_URI|PATH_INFO|HTTP_\w+|CONTENT_\w+)"|\bargv\s*\[/,
  assignments: ['init_declarator', 'assignment_expression'],
  names: ['identifier'],
  texts: ['string_literal'],
  templates: {},
};

export const DIALECTS: Record<Language, Dialect> = {
  typescript: ECMASCRIPT,
  tsx: ECMASCRIPT,
  javascript: ECMASCRIPT,
  python: {
    request:
      /\b(request|req|self\.request)\.(args|form|values|json|data|files|cookies|headers|GET|POST|FILES|META|body|query_params|path_params|get_json|get_data|stream|query|params|query_string|match_info|rel_url)\b|\bself\.get_(query_|body_)?arguments?\(/,
    assignments: ['assignment', 'augmented_assignment', 'named_expression', 'for_statement', 'for_in_clause', 'as_pattern'],
    names: ['identifier'],
    texts: ['string', 'concatenated_string'],
    templates: { string: 'interpolation' },
  },
  go: {
    request:
      /\b\w+\.(URL\.(Query\(\)|Path|RawQuery|RawPath|String\(\))|FormValue\(|PostFormValue\(|FormFile\(|Header\.Get\(|PathValue\(|PostForm\b|RequestURI|Cookie\()|\b(c|ctx)\.(Query|Param|Params|PostForm|DefaultQuery|GetHeader|FormValue|QueryParam|GetQuery|GetRawData)\(|\bmux\.Vars\(|\bchi\.URLParam\(/,
    assignments: ['short_var_declaration', 'assignment_statement', 'var_spec', 'const_spec', 'range_clause'],
    names: ['identifier'],
    texts: ['interpreted_string_literal', 'raw_string_literal'],
    templates: {},
  },
  java: {
    request: JAVA_REQUEST,
    assignments: ['variable_declarator', 'assignment_expression', 'enhanced_for_statement'],
    names: ['identifier'],
    texts: ['string_literal'],
    templates: {},
  },
  kotlin: {
    request: JAVA_REQUEST,
    assignments: ['property_declaration', 'assignment', 'for_statement'],
    names: ['simple_identifier', 'interpolated_identifier'],
    texts: ['string_literal'],
    templates: { string_literal: 'interpolated_identifier,interpolated_expression' },
  },
  csharp: {
    request: /\bRequest\.(Query|Form|Headers|Cookies|QueryString|Body|Params|Path|RawUrl|Url|RouteValues|Files)\b|\bRequest\[/,
    assignments: ['variable_declarator', 'assignment_expression', 'foreach_statement'],
    names: ['identifier'],
    texts: ['string_literal', 'verbatim_string_literal', 'raw_string_literal', 'interpolated_string_expression'],
    templates: { interpolated_string_expression: 'interpolation' },
  },
  ruby: {
    request:
      /(?<![.\w@])params\b\s*(\[|\.(require|permit|fetch|dig|to))|\brequest\.(params|headers|body|query_string|path|fullpath|env|referer|referrer|GET|POST|cookies|user_agent)\b|(?<![.\w])cookies\[/,
    assignments: ['assignment', 'operator_assignment'],
    names: ['identifier', 'instance_variable'],
    texts: ['string', 'subshell', 'heredoc_body'],
    templates: { string: 'interpolation', subshell: 'interpolation', heredoc_body: 'interpolation' },
  },
  php: {
    request:
      /\$_(GET|POST|REQUEST|COOKIE|FILES|SERVER)\b|\$(this->)?request->(input|get|query|post|all|header|cookie|file|json|getContent|request|getParam|getQueryParams|getParsedBody|getQuery|getPost)\b|php:\/\/input/,
    assignments: ['assignment_expression', 'augmented_assignment_expression'],
    names: ['variable_name'],
    texts: ['string', 'encapsed_string', 'heredoc', 'shell_command_expression'],
    member: /(->|::)\s?$/,
    templates: {
      encapsed_string: 'variable_name,subscript_expression,member_access_expression,member_call_expression',
      heredoc: 'variable_name,member_access_expression',
      shell_command_expression: 'variable_name,member_access_expression',
    },
  },
  rust: {
    request: /\breq(uest)?\.(uri|headers|query_string|match_info|param|cookie|body)\(/,
    assignments: ['let_declaration', 'assignment_expression', 'compound_assignment_expr', 'for_expression'],
    names: ['identifier'],
    texts: ['string_literal', 'raw_string_literal'],
    templates: {},
  },
  c: C,
  cpp: { ...C, texts: [...C.texts, 'raw_string_literal', 'concatenated_string'] },
};

/** Whether a file reads anywhere what a request brought: where it does not, no data in it comes from one. */
export const mentionsRequest = (language: Language, text: string): boolean =>
  DIALECTS[language].request.test(text) || REQUEST_PARAMETER.test(text);
