/** Schemas with the doc comments of the code as descriptions, from the library's own. */
export const describedSchemas = (protocol, comments) => {
  const described = (name, schema) => {
    const properties = Object.entries(schema.properties ?? {}).map(([field, property]) => {
      const description = comments.get(`${name}.${field}`);
      return [field, description ? { description, ...property } : property];
    });
    const description = comments.get(name);
    return { ...(description && { description }), ...schema, ...(properties.length > 0 && { properties: Object.fromEntries(properties) }) };
  };

  /** A class and what it nests, each by name. */
  const classes = (dto, pointer) => {
    const { root, definitions } = protocol.schemasOf(dto, pointer);
    return {
      root: described(dto.name, root),
      definitions: Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, described(name, schema)])),
    };
  };

  /** The schema of a whole message: its envelope with the type fixed; `payload` is how it refers to its payload. */
  const message = (type, payload) => {
    const { root } = classes(protocol.Envelope, String);
    return { ...root, properties: { ...root.properties, type: { const: type }, payload } };
  };

  return { classes, message };
};

/** One self-contained JSON Schema for each message type. */
export const schemaFiles = (protocol, comments) => {
  const { classes, message } = describedSchemas(protocol, comments);
  return Object.entries(protocol.PAYLOADS).map(([type, dto]) => {
    const { root, definitions } = classes(dto, (name) => `#/$defs/${name}`);
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:waggle:${type}`,
      title: type,
      ...message(type, { $ref: `#/$defs/${dto.name}` }),
      $defs: { [dto.name]: root, ...definitions },
    };
    return [`libs/protocol/schemas/${type}.schema.json`, json(schema)];
  });
};

export const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
