"""Any Python from TypeScript: values, objects that stay here, streams and callbacks."""
