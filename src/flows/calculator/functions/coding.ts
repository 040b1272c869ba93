import { createHash, createHmac } from 'node:crypto'
import { AppError } from '../../../platform/errors.ts'
import { type CalculatorFunction, defineFunction, required } from '../function.ts'
import { jsonOf, parseJson } from '../value.ts'
import { field, python } from './origins.ts'

const hashes = ['md5', 'sha1', 'sha256', 'sha512'] as const

export const codingFunctions: readonly CalculatorFunction[] = [
  ...hashes.map((name) =>
    ofText(
      name,
      [],
      `The ${name.toUpperCase()} hash, in hexadecimal.`,
      (str) => createHash(name).update(str).digest('hex'),
      {
        source: `substring(${name}("abc"), 0, 8)`,
        result: `"${createHash(name).update('abc').digest('hex').slice(0, 8)}"`,
      },
    ),
  ),
  defineFunction({
    name: 'hmac_hexdigest',
    group: 'coding',
    summary: 'A signature of a text with a secret key (HMAC), in hexadecimal.',
    parameters: {
      secret_key: required('text', 'The key.'),
      msg: required('text', 'The text to sign.'),
      hash_type: required('text', `One of ${hashes.map((name) => `\`${name}\``).join(', ')}.`),
    },
    returns: 'A text.',
    examples: [{ source: 'substring(hmac_hexdigest("key", "abc", "sha256"), 0, 8)', result: '"9c196e32"' }],
    knownFrom: field,
    call({ secret_key, msg, hash_type }) {
      const hash = hashes.find((name) => name === hash_type.toLowerCase())
      if (!hash) throw new AppError('invalid', `\`hash_type\` must be one of ${hashes.join(', ')}`)
      return createHmac(hash, secret_key).update(msg).digest('hex')
    },
  }),
  ofText('base64', ['base64encode'], 'A text in Base64, from UTF-8.', (str) => Buffer.from(str).toString('base64'), {
    source: 'base64("Привет")',
    result: '"0J/RgNC40LLQtdGC"',
  }),
  ofText('base64decode', [], 'The text that a Base64 text holds.', (str) => Buffer.from(str, 'base64').toString(), {
    source: 'base64decode("0J/RgNC40LLQtdGC")',
    result: '"Привет"',
  }),
  ofText('urlencode', [], 'A text as it may stand in an address.', (str) => encodeURIComponent(str.toWellFormed()), {
    source: 'urlencode("Anna&Maria 1")',
    result: '"Anna%26Maria%201"',
  }),
  ofText(
    'urldecode',
    [],
    'The text that was encoded for an address; as it stands when it is not encoded well.',
    decoded,
    {
      source: 'urldecode("Ivan%20Ivanovich")',
      result: '"Ivan Ivanovich"',
    },
  ),
  defineFunction({
    name: 'json_dumps',
    aliases: ['json_dump', 'to_json'],
    group: 'coding',
    summary: 'Any value as JSON.',
    parameters: { value: required('any', 'The value.') },
    returns: 'A text.',
    examples: [{ source: 'json_dumps({"a": [1, None, True, "x"]})', result: `'{"a": [1, null, true, "x"]}'` }],
    knownFrom: python,
    call: ({ value }) => jsonOf(value),
  }),
  defineFunction({
    name: 'json_loads',
    aliases: ['json_load', 'json_parse', 'from_json'],
    group: 'coding',
    summary: 'The value of a JSON text. Numbers with more digits than a number can hold stay texts.',
    parameters: { str: required('text', 'The JSON text.') },
    returns: 'A value; None when the text is no JSON.',
    examples: [
      { source: `json_loads('{"a": [1, 2]}')`, result: '{"a": [1, 2]}' },
      { source: 'json_loads("abc")', result: 'None' },
    ],
    knownFrom: python,
    call: ({ str }) => parseJson(str),
  }),
]

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function ofText(
  name: string,
  aliases: string[],
  summary: string,
  work: (str: string) => string,
  example: { source: string; result: string },
): CalculatorFunction {
  return defineFunction({
    name,
    aliases,
    group: 'coding',
    summary,
    parameters: { str: required('text', 'The text.') },
    returns: 'A text.',
    examples: [example],
    knownFrom: field,
    call: ({ str }) => work(str),
  })
}
