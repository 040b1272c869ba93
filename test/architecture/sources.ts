import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript5'

/** A file that one file imports. */
export interface Import {
  /** The path from the root of the project, or the name of a package. */
  to: string
  /** Nothing of it is left when the program runs. */
  typeOnly: boolean
}

/** A TypeScript file as the rules look at it. */
export interface Source {
  /** From the root of the project, with slashes. */
  path: string
  text: string
  imports: Import[]
  tree: ts.SourceFile
}

export const root = join(import.meta.dirname, '../..')

const left = ['node_modules', '.git', 'data', 'coverage']

/** Every file of the project below a folder, as paths from the root; the root itself by default. */
export function filesOf(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return left.includes(entry.name) ? [] : filesOf(path)
    return entry.isFile() ? [path] : []
  })
}

/** The TypeScript files below the folders, read. */
export function sourcesOf(...folders: string[]): Source[] {
  return folders
    .flatMap(filesOf)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => sourceOf(path, readFileSync(join(root, path), 'utf8')))
}

/** A source from its text, so that a rule can be tried on a made-up one. */
export function sourceOf(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  return { path, text, tree, imports: importsOf(path, tree) }
}

/** Every node of a tree, from the root on. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => void children.push(child))
  for (const child of children) yield* nodesOf(child)
}

/** What a piece of code says: the text of a name, of a string, or of the fixed part of a template; undefined for the rest. */
export function wordOf(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) return node.text
  return ts.isRegularExpressionLiteral(node) ? node.text : undefined
}

/** `path:line` of a node. */
export function placeOf(source: Source, node: ts.Node): string {
  return `${source.path}:${source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1}`
}

function importsOf(path: string, tree: ts.SourceFile): Import[] {
  const found: Import[] = []
  for (const node of nodesOf(tree)) {
    const specifier = specifierOf(node)
    if (specifier === undefined) continue
    const to = specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier
    found.push({ to, typeOnly: isTypeOnly(node) })
  }
  return found
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier)
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined
  const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
  return dynamic ? textOf(node.arguments[0]) : undefined
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  return ts.isImportDeclaration(node) && (node.importClause?.isTypeOnly ?? false)
}
