import { JSONPathEnvironment, JSONPathError, type JSONPathQuery, type JSONValue, jsonpath } from 'json-p3'
import { AppError, messageOf } from './errors.ts'
import { Lru } from './lru.ts'

/**
 * All values of a JSON value that a JSONPath (RFC 9535) names, 1,000 at most, in their order.
 * Throws `invalid` when the path is faulty.
 */
export function queryJson(value: unknown, path: string): unknown[] {
  return collect(value, path, 1_000)
}

/** The first value that a JSONPath names, or undefined when there is none. Throws `invalid` when the path is faulty. */
export function findJson(value: unknown, path: string): unknown {
  return collect(value, path, 1)[0]
}

/** What is wrong with a JSONPath and what is expected, or undefined when it is good. */
export function checkJsonPath(path: string): string | undefined {
  try {
    compiled.get(path, compile)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

const environment = new JSONPathEnvironment()
// Their regular expressions are the caller's: one of them can keep the process busy for half a minute.
environment.functionRegister.delete('match')
environment.functionRegister.delete('search')

const compiled = new Lru<JSONPathQuery>(1_000)
const longestPath = 500

function collect(value: unknown, path: string, limit: number): unknown[] {
  const query = compiled.get(path, compile)
  const found: unknown[] = []
  try {
    for (const node of query.lazyQuery(value as JSONValue)) if (found.push(node.value) === limit) break
  } catch (error) {
    throw new AppError('invalid', `The path "${path}" cannot be followed: ${messageOf(error)}.`, { cause: error })
  }
  return found
}

function compile(path: string): JSONPathQuery {
  if (path.length > longestPath) throw new AppError('invalid', `The path is longer than ${longestPath} characters.`)
  let query: JSONPathQuery
  try {
    query = environment.compile(path)
  } catch (error) {
    if (!(error instanceof JSONPathError)) throw error
    const place = `"${path}" is not a JSONPath: ${error.message} at character ${error.token.index + 1}`
    throw new AppError('invalid', `${place}; expected one such as $.data.items[0].price`, { cause: error })
  }
  const fault = costOf(query)
  if (fault) throw new AppError('invalid', `"${path}" ${fault}`)
  return query
}

/**
 * Why a path could keep the process busy on a large answer: steps that multiply. What is left grows with the answer's size
 * times its depth, for at most a hundred selectors side by side.
 */
function costOf(query: JSONPathQuery): string | undefined {
  const segments = query.segments
  if (segments.filter(isDescent).length > 2) return 'searches all levels (..) more than twice; expected twice at most'
  if (segments.reduce((product, { selectors }) => product * selectors.length, 1) > 100)
    return 'names more than 100 combinations of members; expected fewer'
  for (const { selectors } of segments) {
    for (const selector of selectors) {
      if (!(selector instanceof jsonpath.selectors.FilterSelector)) continue
      const fault = filterQueries(selector.expression).map(costInFilter).find(Boolean)
      if (fault) return fault
    }
  }
  return undefined
}

function costInFilter(query: FilterQuery): string | undefined {
  const { path } = query
  if (query instanceof jsonpath.expressions.RootQuery)
    return path.singularQuery()
      ? undefined
      : 'has a filter that goes through the whole answer ($) for each item; expected @'
  if (path.segments.some(isDescent)) return 'searches all levels (..) inside a filter; expected named members there'
  if (
    path.segments.some(
      ({ selectors }) => selectors.length > 1 || selectors[0] instanceof jsonpath.selectors.FilterSelector,
    )
  )
    return 'has a filter or a list of members inside a filter; expected named members there'
  return undefined
}

type FilterQuery = InstanceType<typeof jsonpath.expressions.FilterQuery>
type FilterExpression = InstanceType<typeof jsonpath.expressions.FilterExpression>

function filterQueries(expression: FilterExpression): FilterQuery[] {
  const { FilterQuery, FunctionExtension, InfixExpression, LogicalExpression, PrefixExpression } = jsonpath.expressions
  if (expression instanceof FilterQuery) return [expression]
  if (expression instanceof LogicalExpression) return filterQueries(expression.expression)
  if (expression instanceof PrefixExpression) return filterQueries(expression.right)
  if (expression instanceof InfixExpression) return [expression.left, expression.right].flatMap(filterQueries)
  if (expression instanceof FunctionExtension) return expression.args.flatMap(filterQueries)
  return []
}

function isDescent(segment: JSONPathQuery['segments'][number]): boolean {
  return segment.toString().startsWith('..')
}
