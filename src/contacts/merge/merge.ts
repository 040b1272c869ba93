/** Whose value stays, of a field that both contacts have. */
export type MergeChoice = 'survivor' | 'second'
