const reserved = new Set(
  "break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static implements interface package private protected public await eval arguments".split(
    " ",
  ),
);

/** A name as one that may be declared. */
export function identifier(name: string): string {
  return reserved.has(name) ? `${name}_` : name;
}

/** A name as a member of an object has it. */
export function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
