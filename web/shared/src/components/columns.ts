/** One column of a DataTable. `value` is the plain text of a cell; a slot `cell-<key>` may draw it instead. */
export interface Column<R> {
  key: string
  title: string
  value?: (row: R) => string | number | null | undefined
  width?: string
  align?: 'start' | 'end'
  sortable?: boolean
  mono?: boolean
  /** Cut with an ellipsis, the whole text in the tooltip. */
  clip?: boolean
  /** Breaks into two lines rather than take the room of the last column. */
  wraps?: boolean
  /** Left out until the reader chooses it. */
  optional?: boolean
  /** Takes the card's full width on a phone. */
  wide?: boolean
}
