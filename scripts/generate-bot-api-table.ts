import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript5'

/**
 * Makes the table that the Bot API double checks calls against, from the types of `@grammyjs/types`.
 * `node scripts/generate-bot-api-table.ts` writes it, `--check` fails when the committed one is not what it would write.
 */
const tablePath = fileURLToPath(new URL('../test/doubles/bot-api/table.generated.json', import.meta.url))
const entryPath = fileURLToPath(new URL('./bot-api-entry.d.ts', import.meta.url))
const typesFolder = fileURLToPath(new URL('../node_modules/@grammyjs/types/', import.meta.url))

/** What the table says of a value: a primitive, `file`, or one of the shapes below. */
type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'file'
  | 'any'
  | { const: (string | number | boolean)[] }
  | { array: Shape }
  | { anyOf: Shape[] }
  | { ref: string }
type Fields = Record<string, { shape: Shape; required: boolean }>

const { checker, methods } = openTypes()
const objects: Record<string, Fields> = {}
const unions: Record<string, Shape> = {}
const namesByType = new Map<ts.Type, string>()

const table = { methods: {} as Record<string, { params: Fields; result: Shape }>, objects, unions }
for (const method of methods.getProperties()) {
  const [signature] = checker.getTypeOfSymbol(method).getCallSignatures()
  if (signature === undefined) continue
  const parameter = signature.getParameters()[0]
  table.methods[method.name] = {
    params: parameter === undefined ? {} : fieldsOf(checker.getNonNullableType(checker.getTypeOfSymbol(parameter))),
    result: resultOf(signature.getReturnType()),
  }
}
write(print())

/** Opens the vendor's types with `File` standing for an uploaded file. */
function openTypes(): { checker: ts.TypeChecker; methods: ts.Type } {
  const source = `
    import type { ApiMethods } from '${typesFolder}mod.js'
    export declare class File { private readonly upload: true }
    export type Methods = ApiMethods<File>
  `
  const options: ts.CompilerOptions = {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  }
  const host = ts.createCompilerHost(options)
  const readSource = host.getSourceFile.bind(host)
  host.getSourceFile = (name, ...rest) =>
    name === entryPath ? ts.createSourceFile(name, source, ts.ScriptTarget.ESNext, true) : readSource(name, ...rest)
  const program = ts.createProgram([entryPath], options, host)
  const typeChecker = program.getTypeChecker()
  const entry = program.getSourceFile(entryPath)
  const alias = entry?.statements.find(ts.isTypeAliasDeclaration)
  if (alias === undefined) throw new Error('The entry of the generator declares no methods.')
  return { checker: typeChecker, methods: typeChecker.getTypeAtLocation(alias.name) }
}

function fieldsOf(type: ts.Type): Fields {
  const fields: Fields = {}
  for (const property of type.getProperties()) {
    const shape = shapeOf(checker.getNonNullableType(checker.getTypeOfSymbol(property)))
    if (shape === undefined) continue
    fields[property.name] = { shape, required: (property.flags & ts.SymbolFlags.Optional) === 0 }
  }
  return fields
}

/** Undefined for `never` and `undefined`: the property must not be there. */
function shapeOf(type: ts.Type): Shape | undefined {
  if (type.flags & (ts.TypeFlags.Never | ts.TypeFlags.Undefined)) return undefined
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return 'any'
  if (type.flags & ts.TypeFlags.Boolean) return 'boolean'
  if (type.isUnion()) return type.aliasSymbol === undefined ? unionOf(type.types) : namedUnion(type, type.aliasSymbol)
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: [type.value] }
  if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: [checker.typeToString(type) === 'true'] }
  if (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.TemplateLiteral)) return 'string'
  if (type.flags & ts.TypeFlags.NumberLike) return 'number'
  if (type.isIntersection() && type.types.some((member) => member.flags & ts.TypeFlags.String)) return 'string'
  if (checker.isArrayLikeType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference)
    return { array: (element && shapeOf(element)) ?? 'any' }
  }
  if (type.symbol?.name === 'File' && type.symbol.declarations?.[0]?.getSourceFile().fileName === entryPath)
    return 'file'
  return { ref: nameOf(type) }
}

function unionOf(types: ts.Type[]): Shape | undefined {
  const shapes = types.map(shapeOf).filter((shape): shape is Shape => shape !== undefined)
  const constants = shapes.flatMap((shape) => (typeof shape === 'object' && 'const' in shape ? shape.const : []))
  const others = shapes.filter((shape) => typeof shape !== 'object' || !('const' in shape))
  const distinct = [...new Map(others.map((shape) => [JSON.stringify(shape), shape])).values()]
  if (constants.includes(true) && constants.includes(false)) {
    distinct.push('boolean')
    constants.splice(0, constants.length, ...constants.filter((value) => typeof value !== 'boolean'))
  }
  if (constants.length > 0) distinct.push({ const: constants })
  return distinct.length === 1 ? distinct[0] : { anyOf: distinct }
}

/** A union with a name stands for itself by reference: some of them contain themselves. */
function namedUnion(type: ts.UnionType, alias: ts.Symbol): Shape {
  const known = namesByType.get(type)
  if (known !== undefined) return { ref: known }
  namesByType.set(type, alias.name)
  unions[alias.name] = unionOf(type.types) ?? 'any'
  return { ref: alias.name }
}

/** Registers an object type under its own name (with its namespace) and gives the name. */
function nameOf(type: ts.Type): string {
  const known = namesByType.get(type)
  if (known !== undefined) return known
  const symbol = type.aliasSymbol ?? type.symbol
  const qualified = checker.getFullyQualifiedName(symbol).replace(/^".*?"\./, '')
  const base = qualified.startsWith('__') ? 'Object' : qualified
  let name = base
  for (let number = 2; name in objects; number++) name = `${base}#${number}`
  namesByType.set(type, name)
  objects[name] = {}
  objects[name] = fieldsOf(type)
  return name
}

/** Of results only what the double needs: whether they are `true`, a primitive, a message, a list, or something else. */
function resultOf(type: ts.Type): Shape {
  if (type.isUnion() && type.types.some((member) => (member.flags & ts.TypeFlags.BooleanLiteral) === 0)) {
    return { anyOf: type.types.map(resultOf) }
  }
  if (type.flags & (ts.TypeFlags.BooleanLiteral | ts.TypeFlags.Boolean)) return { const: [true] }
  if (type.flags & ts.TypeFlags.StringLike) return 'string'
  if (type.flags & ts.TypeFlags.NumberLike) return 'number'
  if (checker.isArrayLikeType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference)
    return { array: element === undefined ? 'any' : resultOf(element) }
  }
  const symbol = type.aliasSymbol ?? type.symbol
  return symbol === undefined ? 'any' : { ref: checker.getFullyQualifiedName(symbol).replace(/^".*?"\./, '') }
}

/** One method and one object a line, sorted, so that a change of the vendor's types makes a readable difference. */
function print(): string {
  const lines = (entries: Record<string, unknown>) =>
    Object.keys(entries)
      .sort()
      .map((key) => `${JSON.stringify(key)}: ${JSON.stringify(entries[key])}`)
      .join(',\n')
  return `{\n"methods": {\n${lines(table.methods)}\n},\n"objects": {\n${lines(table.objects)}\n},\n"unions": {\n${lines(table.unions)}\n}\n}\n`
}

function write(text: string): void {
  if (!process.argv.includes('--check')) {
    writeFileSync(tablePath, text)
    process.stdout.write(`${Object.keys(table.methods).length} methods, ${Object.keys(objects).length} objects\n`)
    return
  }
  if (readFileSync(tablePath, 'utf8') !== text) {
    process.stderr.write('The Bot API table is out of date: run `node scripts/generate-bot-api-table.ts`.\n')
    process.exitCode = 1
  }
}
