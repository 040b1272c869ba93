import { getTableColumns, type InferSelectModel, type Table } from 'drizzle-orm'

/**
 * Makes a reader of rows that came as JSON (`to_jsonb(row)`) into the shape that drizzle gives: camel-case names, moments
 * as dates. The message path reads whole rows of several tables in one statement that way.
 */
export function jsonRowReader<T extends Table>(table: T): (json: Record<string, unknown>) => InferSelectModel<T> {
  const columns = Object.entries(getTableColumns(table)).map(([name, column]) => ({
    name,
    column: snakeCase(name),
    isDate: column.dataType === 'date',
  }))
  return (json) => {
    const row: Record<string, unknown> = {}
    for (const { name, column, isDate } of columns) {
      const value = json[column]
      row[name] = isDate && typeof value === 'string' ? new Date(value) : value
    }
    return row as InferSelectModel<T>
  }
}

/** A row as JSON, with the transaction that wrote it (`xmin`): while that is the same, so is the row. */
export interface VersionedRow {
  row: Record<string, unknown>
  version: string
}

/** A row of a table as {@link VersionedRow}, for one read by that alias. */
export const versionedRow = (alias: string) =>
  `case when ${alias}.id is not null then json_build_object('row', row_to_json(${alias}), 'version', ${alias}.xmin::text) end`

/** What a statement returns of the rows that it writes under that alias: each as {@link VersionedRow}, with its number. */
export const writtenRows = (alias: string) =>
  `${alias}.id, row_to_json(${alias}) as row, ${alias}.xmin::text as version`

/** A column's name in SQL. */
export function snakeCase(name: string): string {
  let column = columnNames.get(name)
  if (column === undefined) {
    column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    columnNames.set(name, column)
  }
  return column
}

/** Only names of our own code come here, so they are few. */
const columnNames = new Map<string, string>()

/** An object with its names as columns have them. */
export function snakeKeys(object: object): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(object)) row[snakeCase(name)] = value
  return row
}
