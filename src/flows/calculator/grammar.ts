/** How deep brackets and signs may stand within each other. */
export const deepestNesting = 100

/**
 * The grammar of scripts, for peggy. A newline ends a statement, except within brackets and after an operator. Chains such as
 * `1 + 2 - 3` become flat lists, so the tree is never deeper than the brackets. Every way to go on from a place begins with
 * another character, so nothing is read more than a few times, whatever the source.
 */
export const grammar = String.raw`
{
  let depth = 0
  let brackets = 0
  function enter() {
    if (++depth > ${deepestNesting}) error('brackets and signs may stand at most ${deepestNesting} deep within each other')
    return true
  }
  function leave() {
    depth--
    return true
  }
  function textOf(parts) {
    const joined = []
    for (const part of parts) {
      const last = joined[joined.length - 1]
      if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part
      else joined.push(part)
    }
    if (joined.length === 0) return { type: 'literal', value: '', at: offset() }
    if (joined.length === 1 && typeof joined[0] === 'string') return { type: 'literal', value: joined[0], at: offset() }
    return { type: 'text', parts: joined, at: offset() }
  }
  function chain(type, first, rest) {
    return rest.length === 0 ? first : { type, first, rest, at: first.at }
  }
  function logical(type, first, rest) {
    return rest.length === 0 ? first : { type, operands: [first, ...rest], at: first.at }
  }
}

Script = Gap statements:(@Statement Gap)* End { return statements }

Statement = &{ depth = 0; brackets = 0; return true } @(Deletion / Assignment / Plain)
Deletion = Delete Blank+ target:Target path:(_ @Index)+ { return { type: 'deletion', target, path, at: offset() } }
Assignment = target:Target path:(_ @Index)* _ Assign _ value:Expression
  { return { type: 'assignment', target, path, value, at: offset() } }
Plain = value:Expression { return { type: 'expression', value, at: offset() } }

Target = Hash / Path

Expression = Or
Or = first:And rest:(_ OrOperator __ @And)* { return logical('or', first, rest) }
And = first:Not rest:(_ AndOperator __ @Not)* { return logical('and', first, rest) }
Not = NotOperator Deeper __ operand:Not Shallower { return { type: 'not', operand, at: offset() } } / Comparison
Comparison = first:Sum rest:(_ @ComparedWith)* { return chain('comparison', first, rest) }
ComparedWith = operator:ComparisonOperator __ operand:Sum { return { operator, operand, at: offset() } }
Sum = first:Product rest:(_ @Added)* { return chain('chain', first, rest) }
Added = operator:AddOperator __ operand:Product { return { operator, operand, at: offset() } }
Product = first:Signed rest:(_ @Multiplied)* { return chain('chain', first, rest) }
Multiplied = operator:MultiplyOperator __ operand:Signed { return { operator, operand, at: offset() } }
Signed = sign:Sign Deeper __ operand:Signed Shallower { return { type: 'sign', sign, operand, at: offset() } } / Power
Power = base:Reached exponent:(_ PowerOperator Deeper __ @Signed Shallower)?
  { return exponent === null ? base : { type: 'power', base, exponent, at: offset() } }
Reached = subject:Primary steps:(_ @(Index / Slice))*
  { return steps.length === 0 ? subject : { type: 'reach', subject, steps, at: offset() } }

Index = OpenSquare Inside _ index:Expression _ "]" Outside { return { type: 'index', index, at: offset() } }
Slice = OpenSquare Inside _ from:Expression? _ ":" _ to:Expression? step:(_ ":" _ @Expression?)? _ "]" Outside
  { return { type: 'slice', from, to, step, at: offset() } }

Primary = Number / Text / Constant / Call / Variable / Group / List / Dictionary
Group = OpenGroup Inside _ @Expression _ ")" Outside
List = OpenList Inside _ items:Items? _ "]" Outside { return { type: 'list', items: items ?? [], at: offset() } }
Items = first:Expression rest:(_ "," _ @Expression)* (_ ",")? { return [first, ...rest] }
Dictionary = OpenDictionary Inside _ entries:Entries? _ "}" Outside
  { return { type: 'dictionary', entries: entries ?? [], at: offset() } }
Entries = first:Entry rest:(_ "," _ @Entry)* (_ ",")? { return [first, ...rest] }
Entry = key:Expression _ ":" _ value:Expression { return { key, value } }
Call = name:Path _ OpenCall Inside _ given:Arguments? _ ")" Outside
  { return { type: 'call', name, arguments: given ?? [], at: offset() } }
Arguments = first:Argument rest:(_ "," _ @Argument)* (_ ",")? { return [first, ...rest] }
Argument = name:(@Word _ "=" !"=")? _ value:Expression { return { name, value, at: offset() } }
Variable = name:(Hash / Path) { return { type: 'variable', name, at: offset() } }

Constant "a value"
  = ("True" / "true" / "TRUE") !WordCharacter { return { type: 'literal', value: true, at: offset() } }
  / ("False" / "false" / "FALSE") !WordCharacter { return { type: 'literal', value: false, at: offset() } }
  / ("None" / "none" / "null") !WordCharacter { return { type: 'literal', value: null, at: offset() } }

Number "a value" = text:$([0-9]+ ("." [0-9]+)? / "." [0-9]+) !BadEnd {
    const number = Number(text)
    const exact = text.includes('.') || Number.isSafeInteger(number)
    return { type: 'literal', value: exact ? number : text, at: offset() }
  }
BadEnd = &[\p{L}_]u &{ error('a name cannot begin with a digit') }

Text "a value"
  = "\"" parts:(Hashed / Escape / $[^"\\\n#]+ / "#")* ("\"" / Unclosed) { return textOf(parts) }
  / "'" parts:(Hashed / Escape / $[^'\\\n#]+ / "#")* ("'" / Unclosed) { return textOf(parts) }
Hashed = name:Hash { return { type: 'variable', name, at: offset() } }
Escape = "\\" character:[^\n] {
    const known = { n: '\n', t: '\t', r: '\r', '"': '"', "'": "'", '\\': '\\' }
    return Object.hasOwn(known, character) ? known[character] : '\\' + character
  }
Unclosed = &{ error('the closing quote of the text is missing on this line') }

Hash "a value" = "#{" Blank* @Path Blank* "}"
Path "a value" = $(Word ("." Word)*)
Word = !(Reserved !WordCharacter) @$([\p{L}_]u WordCharacter*)
WordCharacter = [\p{L}\p{N}_]u
Reserved = "and" / "AND" / "or" / "OR" / "not" / "NOT" / "True" / "False" / "None"

Delete "a value" = "del"
OpenGroup "a value" = "("
OpenList "a value" = "["
OpenDictionary "a value" = "{"
OpenCall "an operator" = "("
OpenSquare "an operator" = "["
Assign "an operator" = "=" !"="
Sign "a value" = "-" / "+"
NotOperator "a value" = ("not" / "NOT") !WordCharacter / "!" !"="
OrOperator "an operator" = ("or" / "OR") !WordCharacter / "||"
AndOperator "an operator" = ("and" / "AND") !WordCharacter / "&&"
ComparisonOperator "an operator" = "==" / "!=" / "<=" / ">=" / "<" / ">"
AddOperator "an operator" = "+" / "-"
MultiplyOperator "an operator" = "*" !"*" { return '*' } / "/" / "%"
PowerOperator "an operator" = "**" / "^"

Inside = &{ brackets++; return enter() }
Outside = &{ brackets--; return leave() }
Deeper = &{ return enter() }
Shallower = &{ return leave() }

_ "space" = (Blank / Comment / &{ return brackets > 0 } "\n")*
__ "space" = (Blank / Comment / "\n")*
Gap "space" = (Blank / Comment / "\n" / ";")*
Blank = [ \t\r\f\v\u00a0\u2000-\u200b\u202f\u3000\ufeff]
Comment = opened:Opened (!"*/" .)* ("*/" / &{ error('the comment that begins here has no end; expected */', opened) })
Opened = "/*" { return location() }
End "space" = !.
`
