import { problem } from './refusal.ts'

/** What a handler answers; 204 when there is no body. */
export interface Reply {
  status: number
  body?: unknown
}

export interface PageRules {
  /** What it can be ordered by. */
  orders?: string[]
  /** What `with` may name. */
  with?: string[]
  /** Further parameters, as they are written before the first bracket or whole. */
  further?: string[]
}

const most = 250

/** Refuses parameters that the vendor's page of the method does not name, and limits above 250. */
export function checkQuery(query: URLSearchParams, rules: PageRules): void {
  for (const [name, value] of query) {
    const [head = ''] = name.split('[')
    const known =
      (rules.orders !== undefined && (name === 'page' || name === 'limit')) ||
      (head === 'order' && rules.orders?.some((order) => name === `order[${order}]`)) ||
      (name === 'with' && rules.with !== undefined) ||
      rules.further?.some((one) => one === name || one === head)
    if (!known) throw problem(400, `The parameter ${name} is not known here.`)
    if (head === 'order' && value !== 'asc' && value !== 'desc') throw problem(400, `${name} is asc or desc.`)
    if (name === 'page' && !/^[1-9]\d*$/.test(value)) throw problem(400, 'page is a number from 1.')
    if (name === 'limit' && !(/^[1-9]\d*$/.test(value) && Number(value) <= most))
      throw problem(400, `limit is a number from 1 to ${most}.`)
    if (name === 'with')
      for (const one of value.split(','))
        if (!rules.with!.includes(one)) throw problem(400, `with=${one} is not known here.`)
  }
}

export function asked(query: URLSearchParams, name: string): boolean {
  return (query.get('with') ?? '').split(',').includes(name)
}

/** The numbers of `filter[x]=1`, `filter[x][]=1&…`, `filter[x][0]=1`. */
export function filtered(query: URLSearchParams, name: string): string[] | undefined {
  const found = [...query].filter(
    ([key]) => key === `filter[${name}]` || /^\[\d*\]$/.test(key.replace(`filter[${name}]`, '')),
  )
  return found.length === 0 ? undefined : found.map(([, value]) => value)
}

/** Whether a moment lies within `filter[x][from]`/`[to]`, or after `filter[x]`. */
export function withinFilter(query: URLSearchParams, name: string, seconds: number): boolean {
  const from = query.get(`filter[${name}][from]`) ?? query.get(`filter[${name}]`)
  const to = query.get(`filter[${name}][to]`)
  return (from === null || seconds >= Number(from)) && (to === null || seconds <= Number(to))
}

/** A page of things in the order asked for: by id ascending unless told otherwise, and 204 where there is nothing on it. */
export function page<T>(
  query: URLSearchParams,
  name: string,
  address: string,
  all: readonly T[],
  by: Record<string, (thing: T) => number>,
  show: (thing: T) => unknown,
): Reply {
  let sorted = all
  for (const [key, how] of query) {
    const order = by[/^order\[(\w+)\]$/.exec(key)?.[1] ?? '']
    const sign = how === 'desc' ? -1 : 1
    const id = by.id!
    if (order !== undefined) sorted = sorted.toSorted((a, b) => sign * (order(a) - order(b) || id(a) - id(b)))
  }
  const number = Number(query.get('page') ?? 1)
  const limit = Number(query.get('limit') ?? 50)
  const shown = sorted.slice((number - 1) * limit, number * limit)
  if (shown.length === 0) return { status: 204 }
  const link = (at: number) => {
    const next = new URLSearchParams(query)
    next.set('page', String(at))
    return { href: `${address}?${next}` }
  }
  const links = { self: link(number), ...(number * limit < sorted.length && { next: link(number + 1) }) }
  return { status: 200, body: { _page: number, _links: links, _embedded: { [name]: shown.map(show) } } }
}
