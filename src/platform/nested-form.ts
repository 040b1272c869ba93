/** A value of a form: the text of a field, or what several of them make up. */
export type FormValue = string | FormValue[] | { [name: string]: FormValue }

/**
 * Fields of a form as the value that their names mean: `user[phone]` is a member of `user`, `tags[]` a list, `items[0][name]` a
 * member of an item of a list; a name that comes twice is a list as well. Names that contradict one another (`user` and
 * `user[phone]`) stay as they are written.
 */
export function nestForm(fields: Iterable<readonly [string, string]>): Record<string, FormValue> {
  const root: Branch = new Map()
  for (const [name, value] of fields) {
    const path = pathOf(name)
    if (!put(root, path, value)) put(root, [name], value)
  }
  return asObject(root)
}

/** The fields of a form (`application/x-www-form-urlencoded`), in their order. `decode` turns bytes into text by the form's encoding. */
export function readForm(text: string, decode: (bytes: Uint8Array) => string): [string, string][] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const sign = pair.indexOf('=')
      const [name, value] = sign < 0 ? [pair, ''] : [pair.slice(0, sign), pair.slice(sign + 1)]
      return [decode(percentDecoded(name)), decode(percentDecoded(value))]
    })
}

type Branch = Map<string, Node>
type Node = Branch | string | string[]

function pathOf(name: string): string[] {
  const [, first, rest] = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name) ?? []
  if (first === undefined || rest === undefined) return [name]
  const path = [first, ...rest.slice(1, -1).split('][')]
  return path.length <= deepestName ? path : [name]
}

const deepestName = 20

/** Whether the value has found its place. */
function put(root: Branch, path: string[], value: string): boolean {
  let branch = root
  for (const part of path.slice(0, -1)) {
    const name = part === '' ? String(branch.size) : part
    const next = branch.get(name) ?? new Map<string, Node>()
    if (!(next instanceof Map)) return false
    branch.set(name, next)
    branch = next
  }
  const last = path.at(-1)!
  const name = last === '' && path.length > 1 ? String(branch.size) : last
  const before = branch.get(name)
  if (before instanceof Map) return false
  branch.set(name, before === undefined ? value : [before, value].flat())
  return true
}

function valueOfNode(node: Node): FormValue {
  if (!(node instanceof Map)) return node
  const isList = [...node.keys()].every((name, index) => name === String(index))
  return isList ? [...node.values()].map(valueOfNode) : asObject(node)
}

function asObject(branch: Branch): Record<string, FormValue> {
  return Object.fromEntries([...branch].map(([name, node]) => [name, valueOfNode(node)]))
}

function percentDecoded(text: string): Uint8Array {
  const bytes = Buffer.from(text.replaceAll('+', ' '), 'latin1')
  let length = 0
  for (let index = 0; index < bytes.length; index++, length++) {
    const hex = bytes[index] === 0x25 ? bytes.toString('latin1', index + 1, index + 3) : ''
    const coded = /^[0-9a-f]{2}$/i.test(hex)
    bytes[length] = coded ? Number.parseInt(hex, 16) : bytes[index]!
    if (coded) index += 2
  }
  return bytes.subarray(0, length)
}
