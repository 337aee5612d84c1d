/**
 * Tables of an article, as plain as the server keeps them: header cells, cells, cells that span. No widths, no colours.
 * Tab goes from cell to cell and, behind the last one, out of the text again, so that nobody is caught by the keyboard.
 */
import { type Editor, mergeAttributes, Node } from '@tiptap/core'
import type { Node as PlainNode } from '@tiptap/pm/model'
import { type Command, TextSelection, type Transaction } from '@tiptap/pm/state'
import {
  addColumnAfter,
  addRowAfter,
  deleteColumn,
  deleteRow,
  deleteTable,
  goToNextCell,
  isInTable,
  selectedRect,
  tableEditing,
} from '@tiptap/pm/tables'

const ROLES: Record<string, string> = { table: 'table', tableRow: 'row', tableCell: 'cell', tableHeader: 'header_cell' }

const Table = Node.create({
  name: 'table',
  group: 'block',
  content: 'tableRow+',
  isolating: true,
  parseHTML: () => [{ tag: 'table' }],
  renderHTML: () => ['table', ['tbody', 0]],
  extendNodeSchema: ({ name }) => (ROLES[name] ? { tableRole: ROLES[name] } : {}),
  addProseMirrorPlugins: () => [tableEditing()],
  addKeyboardShortcuts() {
    const to = (direction: 1 | -1) => run(this.editor, goToNextCell(direction))
    return { Tab: () => to(1), 'Shift-Tab': () => to(-1) }
  },
})

const TableRow = Node.create({
  name: 'tableRow',
  content: '(tableCell | tableHeader)*',
  parseHTML: () => [{ tag: 'tr' }],
  renderHTML: () => ['tr', 0],
})

const span = (name: string) => ({
  default: 1,
  parseHTML: (cell: HTMLElement) => Number(cell.getAttribute(name)) || 1,
  renderHTML: (attributes: Record<string, unknown>) => (attributes[name] === 1 ? {} : { [name]: attributes[name] }),
})

const cell = (name: string, tag: 'td' | 'th') =>
  Node.create({
    name,
    content: 'block+',
    isolating: true,
    // The editing of tables knows widths; ours have none.
    addAttributes: () => ({
      colspan: span('colspan'),
      rowspan: span('rowspan'),
      colwidth: { default: null, rendered: false },
    }),
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes), 0],
  })

export const TABLES = [Table, TableRow, cell('tableCell', 'td'), cell('tableHeader', 'th')]

function run(editor: Editor, command: Command): boolean {
  return command(editor.state, editor.view.dispatch, editor.view)
}

const ROWS = 3
const COLUMNS = 2

/** A column's name until the writer gives it a better one: a header without words says nothing to those who listen. */
export type NameColumn = (number: number) => string

/** Puts a table, one header row and two empty ones, behind the cursor's paragraph; its first column's name is selected. */
export function insertTable(editor: Editor, nameOf: NameColumn): void {
  const { schema, tr } = editor.state
  const nodes = schema.nodes
  const row = (kind: string) => {
    const cells = Array.from({ length: COLUMNS }, () => nodes[kind]?.createAndFill())
    return nodes.tableRow?.create(
      null,
      cells.filter((one): one is PlainNode => Boolean(one)),
    )
  }
  const rows = Array.from({ length: ROWS }, (_, at) => row(at === 0 ? 'tableHeader' : 'tableCell'))
  const table = nodes.table?.create(
    null,
    rows.filter((one): one is PlainNode => Boolean(one)),
  )
  if (!table) return
  const { $from } = editor.state.selection
  const at = $from.after(1)
  tr.insert(at, table)
  nameColumns(tr, at, nameOf)
  const { $from: first } = TextSelection.near(tr.doc.resolve(at + 1))
  tr.setSelection(TextSelection.create(tr.doc, first.start(), first.end())).scrollIntoView()
  editor.view.dispatch(tr)
  editor.view.focus()
}

/** Names the header cells without words of the table at ``position``. */
function nameColumns(tr: Transaction, position: number, nameOf: NameColumn): void {
  const nameless: [number, string][] = []
  tr.doc.nodeAt(position)?.firstChild?.forEach((header, offset, index) => {
    // Past the openings of table, row, cell and paragraph.
    if (header.type.name === 'tableHeader' && !header.textContent)
      nameless.push([position + offset + 4, nameOf(index + 1)])
  })
  for (const [at, name] of nameless.reverse()) tr.insertText(name, at)
}

/** Adds a column behind the cursor's, with a name where the table has a header row. */
const addColumn =
  (nameOf: NameColumn): Command =>
  (state, dispatch) =>
    addColumnAfter(
      state,
      dispatch &&
        ((tr) => {
          nameColumns(tr, selectedRect(state).tableStart - 1, nameOf)
          dispatch(tr)
        }),
    )

export const inTable = (editor: Editor): boolean => isInTable(editor.state)

/** What can be done to the table that the cursor is in. */
export const tableTools = (nameOf: NameColumn): { name: string; icon: string; run: (editor: Editor) => void }[] =>
  [
    { name: 'row_add', icon: 'plus', command: addRowAfter },
    { name: 'column_add', icon: 'plus', command: addColumn(nameOf) },
    { name: 'row_drop', icon: 'minus', command: deleteRow },
    { name: 'column_drop', icon: 'minus', command: deleteColumn },
    { name: 'table_drop', icon: 'trash-2', command: deleteTable },
  ].map(({ command, ...tool }) => ({
    ...tool,
    run: (editor) => {
      run(editor, command)
      editor.view.focus()
    },
  }))
